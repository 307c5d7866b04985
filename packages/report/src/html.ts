import { printable } from './printable.ts';
import { CONTENT_SECURITY_POLICY, STYLE } from './style.ts';

/**
 * Text as it may stand in HTML, between tags and in attributes. What is neither text nor number is written as JSON,
 * and nothing as nothing.
 */
export function escape(value: unknown): string {
  const text =
    typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value ?? '');
  return printable(text).replaceAll(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

/** A whole page. @param body HTML */
export function page(title: string, ...body: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${CONTENT_SECURITY_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<style>${STYLE}</style></head><body><main>
${body.join('\n')}
</main></body></html>
`;
}

/** @param parts HTML */
export const section = (title: string, ...parts: readonly string[]): string =>
  `<section><h2>${escape(title)}</h2>\n${parts.join('\n')}</section>`;

/** Parts side by side where there is room. @param parts HTML */
export const columns = (...parts: readonly string[]): string =>
  `<div class="columns">${parts.map((part) => `<div>${part}</div>`).join('')}</div>`;

export const none = (text = 'None.'): string => `<p class="none">${escape(text)}</p>`;

/** `gap` is for what a page should tell and cannot. */
export const notice = (kind: 'note' | 'gap' | 'warning' | 'error', text: string): string =>
  `<p class="notice ${kind}">${escape(text)}</p>`;

const NUMBER = /^[−+-]?\$?\d[\d,]*(\.\d+)?( ?%)?$/;

/** Ids and hashes may break anywhere, words may not. */
const UNBROKEN = /\S{28}/;

/** Columns of numbers stand right. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  if (rows.length === 0) return none();
  const numeric = head.map((_, at) => rows.every((row) => row[at] === '' || NUMBER.test(String(row[at]))));
  const classOf = (cell: unknown, at: number): string => {
    if (numeric[at] === true) return ' class="n"';
    return typeof cell === 'string' && UNBROKEN.test(cell) ? ' class="long"' : '';
  };
  const cells = (tag: 'th' | 'td', row: readonly unknown[]): string =>
    `<tr>${row.map((cell, at) => `<${tag}${classOf(cell, at)}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${cells('th', head)}</thead><tbody>${rows.map((row) => cells('td', row)).join('\n')}</tbody></table></div>`;
}

/** Names and their values, one a line; what is null or undefined is said to be unknown. */
export const facts = (known: Readonly<Record<string, unknown>>): string =>
  `<div class="scroll"><table><tbody>${Object.entries(known)
    .map(
      ([name, value]) =>
        `<tr><th scope="row">${escape(name)}</th><td class="long">${escape(value ?? 'unknown')}</td></tr>`,
    )
    .join('\n')}</tbody></table></div>`;

/** The few figures that a reader looks for first. */
export const tiles = (
  figures: readonly { readonly name: string; readonly value: string; readonly note: string }[],
): string =>
  `<div class="tiles">${figures
    .map(
      ({ name, value, note }) =>
        `<div><span>${escape(name)}</span><strong>${escape(value)}</strong><small>${escape(note)}</small></div>`,
    )
    .join('')}</div>`;

/** What happened, in the order given. @param entries `at`: ISO time */
export const timeline = (
  entries: readonly { readonly at: string; readonly what: string; readonly note: string }[],
): string =>
  entries.length === 0
    ? none()
    : `<ol class="timeline">${entries
        .map(
          ({ at, what, note }) =>
            `<li><time>${escape(at)}</time> <strong>${escape(what)}</strong> <span>${escape(note)}</span></li>`,
        )
        .join('\n')}</ol>`;

/** 1234567 as `1,234,567`, the same in every locale. */
export const count = (value: number): string =>
  String(value).replace(/^-?\d+/, (whole) => whole.replaceAll(/\B(?=(\d{3})+$)/g, ','));

/** Millionths of a US dollar, to the cent, or to four digits where a cent says too little. */
export const usd = (micros: number): string => {
  const [whole, rest] = (Math.abs(micros) / 1e6)
    .toFixed(micros !== 0 && Math.abs(micros) < 10_000 ? 4 : 2)
    .split('.');
  return `${micros < 0 ? '−' : ''}$${count(Number(whole))}.${rest ?? ''}`;
};
