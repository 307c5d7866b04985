import { columnsOf, openStatuses } from './read-model.ts';
import { READ_MODELS } from './read-models.ts';

describe('the read models', () => {
  const all = Object.entries(READ_MODELS);

  it('have a table each', () => {
    expect(new Set(all.map(([, { table }]) => table)).size).toBe(all.length);
  });

  it.each(all)(
    '%s is filtered by a column of the same kind, or by a condition with one value',
    (_name, model) => {
      const columns: Readonly<Record<string, string>> = model.columns;
      for (const [name, { kind, where }] of Object.entries(model.filters)) {
        expect(Object.keys({ ...columnsOf({ columns: {} }), limit: '', cursor: '' })).not.toContain(name);
        if (where === undefined) expect(columns[name]).toBe(kind);
        else expect(where.split('?')).toHaveLength(2);
      }
    },
  );

  it('count as open what waits for a runner', () => {
    const open = all.flatMap(([name, model]) => openStatuses(model).map((status) => `${name}: ${status}`));
    expect(open).toEqual([
      'dataset: building',
      'dataset: pending_sanitization',
      'eval-run: queued',
      'eval-run: running',
      'fine-tune: queued',
      'fine-tune: running',
      'fine-tune: paused',
      'promotion: pending',
      'tenant: erasure_requested',
      'tenant: erasing',
    ]);
  });
});
