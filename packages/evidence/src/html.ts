/** Text as it may stand in HTML, between tags and in attributes. */
export function escape(text: unknown): string {
  const said =
    typeof text === 'string' || typeof text === 'number' ? String(text) : JSON.stringify(text ?? '');
  return said.replaceAll(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}
