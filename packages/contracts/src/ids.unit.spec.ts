import { isTenantId, isUuid } from './ids.ts';

it('a tenant’s id is a name that can be a key and part of one', () => {
  for (const id of ['acme', 'A.b_c-9', '0']) expect(isTenantId(id)).toBe(true);
  for (const text of ['', 'ftm/log', 'a b', 'a\0', '.a', 'x'.repeat(65)])
    expect(isTenantId(text)).toBe(false);
});

it('a UUID is one of any version, in either case, and nothing around it', () => {
  const id = '018f0000-0000-7000-8000-00000000000a';
  for (const text of [id, id.toUpperCase()]) expect(isUuid(text)).toBe(true);
  for (const text of ['', id.slice(1), `${id}\n`, ` ${id}`, id.replace('a', 'g')])
    expect(isUuid(text)).toBe(false);
});
