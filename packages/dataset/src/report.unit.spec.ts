import { datasetReport } from './report.ts';
import { datasetWarnings } from './report-warnings.ts';
import { EMPTY_STATISTICS } from './statistics/statistics.ts';
import { exampleReport, SECRET } from './testing/example-report.ts';

describe('the report of a dataset', () => {
  it('is the same bytes every time, and runs nothing', () => {
    const html = datasetReport(exampleReport());
    expect(datasetReport(exampleReport())).toBe(html);
    expect(html).not.toMatch(/<script|(src|href|style)=|NaN|undefined|Infinity/);
  });

  it('shows nothing that a row says: no text, and no answer that the recipe does not name', () => {
    const { labelNames, ...unnamed } = exampleReport();
    expect(Object.keys(labelNames ?? {})).not.toHaveLength(0);
    const html = datasetReport(unnamed);
    expect(html).not.toContain(SECRET);
    expect(html).not.toContain('card_arrival');
  });

  it('puts warnings before everything else but the headline', () => {
    const titles = [...datasetReport(exampleReport()).matchAll(/<h2>([^<]*)/g)].map(([, title]) => title);
    expect(titles).toEqual([
      'Warnings',
      'Recipe',
      'From rows read to rows kept',
      'Rejected rows',
      'Redactions',
      'Duplicates',
      'Conflicts',
      'Contamination',
      'Shape of the rows',
      'Labels',
      'Split',
      'Tokens and cost',
      'Lineage and hashes',
    ]);
  });

  it('writes names of people’s making as text', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const html = datasetReport({
      ...exampleReport(20),
      name: evil,
      id: evil,
      recipe: { [evil]: evil },
      remedies: { invalid_utf8: evil },
    });
    expect(html).not.toContain('<img');
  });

  it('of an empty dataset can be made', () => {
    const html = datasetReport({
      ...exampleReport(0),
      statistics: EMPTY_STATISTICS,
      funnel: [],
      costs: [],
      lineage: { nodes: [], edges: [] },
    });
    expect(html).toContain('There are 0 training rows');
    expect(html).not.toMatch(/NaN|undefined/);
  });
});

describe('warnings', () => {
  const texts = (input: Parameters<typeof datasetWarnings>[0]): string =>
    datasetWarnings(input)
      .map(({ text }) => text)
      .join('\n');

  it('tell what is wrong with the example, and nothing of what is not', () => {
    expect(
      datasetWarnings(exampleReport()).map(({ severity, text }) => `${severity}: ${text.slice(0, 40)}`),
    ).toEqual([
      'warning: 1 row would be cut by the provider, 4,78',
      'warning: 5.2 % of the rows were rejected; the cau',
      'warning: 2 prompts have rows with different answe',
      'warning: No training price is known for gpt-5-pre',
    ]);
  });

  it('tell of eval cases that are still in the rows', () => {
    const [finding] = exampleReport().contamination;
    if (finding === undefined) throw new Error('the example has none');
    expect(texts({ ...exampleReport(), contamination: [{ ...finding, outcome: 'overridden' }] })).toContain(
      '1 case of eval suites',
    );
    expect(texts(exampleReport())).not.toContain('eval suites');
  });

  it('tell that there is no validation, and too little to train on', () => {
    expect(texts({ ...exampleReport(), statistics: EMPTY_STATISTICS })).toContain('no validation rows');
    expect(texts(exampleReport(8))).toContain('the provider refuses fewer than 10');
  });
});
