import { type ReactElement, useId } from "react";

/** A row of choices of which one is taken: radio buttons that look like a switch. */
export function Segmented<T extends string>(props: {
  readonly legend: string;
  readonly choices: readonly (readonly [value: T, name: string])[];
  /** Shorter text to show instead of the name, which stays for screen readers. */
  readonly short?: (value: T) => string;
  /** What screen readers say before each name. */
  readonly before?: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
}): ReactElement {
  const group = useId();
  return (
    <fieldset className="segmented">
      <legend className="visually-hidden">{props.legend}</legend>
      {props.choices.map(([value, name]) => (
        <label key={value} className="segment">
          <input
            type="radio"
            name={group}
            value={value}
            checked={value === props.value}
            aria-label={`${props.before ?? ""}${name}`}
            onChange={() => {
              props.onChange(value);
            }}
          />
          <span aria-hidden="true">{props.short?.(value) ?? name}</span>
        </label>
      ))}
    </fieldset>
  );
}
