import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ROOT = `${import.meta.dirname}/..`;
const read = (path: string): string =>
  existsSync(`${ROOT}/${path}`) ? readFileSync(`${ROOT}/${path}`, 'utf8') : '';
const files = (folder: string): string[] => readdirSync(`${ROOT}/${folder}`).sort();

const MIGRATIONS = files('migrations')
  .map((file) => read(`migrations/${file}`))
  .join('\n');

/** Whether a list, one line an entry, has this one as a key. */
const lists = (path: string, aggregate: string): boolean =>
  new RegExp(`^  (readonly )?'?${aggregate}'?[,:]`, 'm').test(read(path));

/** The table of a read model, as its file says. */
const tableOf = (aggregate: string): string | undefined =>
  /table: '(ftm_[a-z_]+)'/.exec(read(`packages/read-models/src/${aggregate}.ts`))?.[1];

/** The steps of the page, by what each of them leaves. */
const STEPS: Readonly<Record<string, (aggregate: string) => boolean>> = {
  'schemas/<aggregate>/': (aggregate) => existsSync(`${ROOT}/schemas/${aggregate}`),
  'packages/domain/src/<aggregate>/': (aggregate) =>
    read(`packages/domain/src/${aggregate}/${aggregate}.ts`).includes(`name: '${aggregate}'`),
  'packages/domain/src/aggregates.ts': (aggregate) => lists('packages/domain/src/aggregates.ts', aggregate),
  'packages/read-models/src/<aggregate>.ts': (aggregate) =>
    tableOf(aggregate) !== undefined && lists('packages/read-models/src/read-models.ts', aggregate),
  'select log.create_read_model': (aggregate) =>
    new RegExp(`(\\.|')${tableOf(aggregate) ?? 'none'}\\b`).test(MIGRATIONS),
  'views/render.ts': (aggregate) => lists('packages/api/src/views/render.ts', aggregate),
};

describe('the page on adding an aggregate', () => {
  const page = read('docs/how-to/add-an-aggregate.md');
  const aggregates = files('schemas').filter((each) => each !== 'any-stream' && each !== 'log');

  it('names every step', () => {
    for (const step of Object.keys(STEPS)) expect(page).toContain(step);
  });

  it.each(aggregates)('is what was done for %s', (aggregate) => {
    expect(missing(aggregate)).toEqual([]);
  });

  it('is about all that has a folder in the domain', () => {
    const folders = files('packages/domain/src').filter((each) => !each.includes('.') && each !== 'testing');
    expect(folders).toEqual(aggregates);
  });

  it('misses each step of an aggregate that is not there', () => {
    expect(missing('thing')).toEqual(Object.keys(STEPS));
  });

  function missing(aggregate: string): string[] {
    return Object.entries(STEPS).flatMap(([step, done]) => (done(aggregate) ? [] : [step]));
  }
});
