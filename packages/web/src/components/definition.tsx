import { type ReactElement, type ReactNode, useId, useRef } from "react";

const GAP = 6;

/** A word whose meaning opens on click or keyboard focus, above everything else. */
export function Definition(props: { readonly children: ReactNode; readonly meaning: string }): ReactElement {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const place = (): void => {
    if (button.current === null || popover.current === null) return;
    const anchor = button.current.getBoundingClientRect();
    const width = popover.current.offsetWidth;
    const height = popover.current.offsetHeight;
    const below = anchor.bottom + GAP + height <= window.innerHeight;
    const left = Math.max(GAP, Math.min(anchor.left, window.innerWidth - width - GAP));
    popover.current.style.left = `${left}px`;
    popover.current.style.top = `${below ? anchor.bottom + GAP : anchor.top - GAP - height}px`;
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="term"
        popoverTarget={id}
        aria-describedby={id}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) popover.current?.showPopover();
        }}
        onBlur={() => {
          popover.current?.hidePopover();
        }}
      >
        {props.children}
      </button>
      <div ref={popover} id={id} popover="auto" className="popover" onToggle={place}>
        {props.meaning}
      </div>
    </>
  );
}
