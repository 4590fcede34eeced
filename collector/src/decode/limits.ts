/** Most levels of array and key-value-list that a value may have; deeper is refused as undecodable. */
export const MAX_VALUE_DEPTH = 64;

/** Most nested groups of unknown fields that are skipped; deeper is refused as undecodable. */
export const MAX_GROUP_DEPTH = 64;

/** Most levels of brackets in a JSON body: the envelope, and four for each level of `MAX_VALUE_DEPTH`. */
export const MAX_JSON_DEPTH = 300;

/** Most attributes that one item, event, link, scope or resource keeps; the excess is counted in its `dropped_attributes_count`. */
export const MAX_ATTRIBUTES = 1024;

/** Longest attribute key in UTF-16 units; an attribute with a longer one is counted as dropped. Values are never cut. */
export const MAX_KEY_LENGTH = 4096;

/**
 * Most spans, log records and data points of one request together. An empty item takes two bytes, so a small body could hold
 * millions, which would keep everybody else waiting; no exporter sends near this many at once.
 */
export const MAX_ITEMS = 100_000;

/** Most events that one span keeps; the excess is counted in its `dropped_events_count`. */
export const MAX_EVENTS = 10_000;

/** Most links that one span keeps; the excess is counted in its `dropped_links_count`. */
export const MAX_LINKS = 10_000;
