/**
 * Who sends, for fair shares and for the journal: the peer's address, without the port, because an exporter may open as
 * many connections as it likes.
 */
export function senderOf(address: string | undefined): string {
  return address === undefined || address === "" ? "unknown" : address.toLowerCase().replace(/^::ffff:/, "");
}
