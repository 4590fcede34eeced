import { type ReactElement, useMemo } from "react";
import { ownTimeZone } from "../view-state.ts";

/** The zone that times are shown in: the viewer's, UTC, or any other. */
export function TimeZoneSelect(props: {
  readonly value: string;
  readonly onChange: (timeZone: string) => void;
}): ReactElement {
  const { value } = props;
  const near = useMemo(() => [...new Set([ownTimeZone(), "UTC", value])], [value]);
  const others = useMemo(() => Intl.supportedValuesOf("timeZone").filter((zone) => !near.includes(zone)), [near]);
  return (
    <label className="select">
      <span className="visually-hidden">Time zone</span>
      <select
        value={value}
        onChange={(event) => {
          props.onChange(event.target.value);
        }}
      >
        {near.map((zone) => (
          <option key={zone} value={zone}>
            {zoneName(zone)}
          </option>
        ))}
        <optgroup label="All time zones">
          {others.map((zone) => (
            <option key={zone} value={zone}>
              {zoneName(zone)}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}

function zoneName(zone: string): string {
  return zone.replaceAll("_", " ");
}
