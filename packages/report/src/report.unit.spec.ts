import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { bars, histogram } from './bars.ts';
import { count, escape, facts, notice, page, table, tiles, timeline, usd } from './html.ts';
import { printable } from './printable.ts';
import { layered } from './layered-layout.ts';
import { lineageGraph } from './lineage-graph.ts';
import { intervalPlot, lineChart } from './plots.ts';

const EVIL = `<script>alert('1')</script>"><img src=x onerror=alert(1)>&`;

describe('a page', () => {
  it('allows its one style sheet by hash, and nothing else', () => {
    const html = page('title', notice('note', 'text'));
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(html).not.toMatch(/style=|src=|href=|<script|url\(|@import/);
  });

  it('writes whatever it is given as text', () => {
    const html = page(
      EVIL,
      table([EVIL], [[EVIL], [{ a: EVIL }]]),
      facts({ [EVIL]: EVIL }),
      notice('gap', EVIL),
      tiles([{ name: EVIL, value: EVIL, note: EVIL }]),
      timeline([{ at: EVIL, what: EVIL, note: EVIL }]),
      lineChart({
        title: EVIL,
        xLabel: EVIL,
        yLabel: EVIL,
        series: [{ name: EVIL, points: [{ x: 0, y: 1 }] }],
      }),
      intervalPlot({ title: EVIL, rows: [{ label: EVIL, value: 0.5, low: 0.4, high: 0.6 }] }),
      histogram({
        title: EVIL,
        xLabel: EVIL,
        yLabel: EVIL,
        bins: [{ from: 0, to: 9, count: 1 }],
        limit: { at: 5, name: EVIL },
      }),
      bars({ title: EVIL, rows: [{ label: EVIL, value: 1 }] }),
      lineageGraph({
        title: EVIL,
        nodes: [{ id: EVIL, label: EVIL, kind: EVIL, status: EVIL }],
        edges: [],
        focus: EVIL,
      }),
    );
    expect(html).not.toMatch(/<script|<img|'1'/);
  });

  it('has escaped text that reads back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escape(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toBe(
          printable(text),
        );
      }),
    );
  });
});

describe('figures', () => {
  it('are grouped by thousands in every locale', () => {
    expect([0, 999, 1000, 1234567, -1234.5].map(count)).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
      '-1,234.5',
    ]);
    expect([0, 1500, 12_345_678_900, -2_000_000].map(usd)).toEqual([
      '$0.00',
      '$0.0015',
      '$12,345.68',
      '−$2.00',
    ]);
  });

  it('without data are said to be missing', () => {
    expect(lineChart({ title: 't', xLabel: '', yLabel: '', series: [{ name: 'a', points: [] }] })).toContain(
      'no data',
    );
    expect(intervalPlot({ title: 't', rows: [] })).toContain('no data');
    expect(histogram({ title: 't', xLabel: '', yLabel: '', bins: [{ from: 0, to: 1, count: 0 }] })).toContain(
      'no data',
    );
    expect(table(['a'], [])).toContain('None');
  });

  it('are never drawn as NaN', () => {
    const points = fc.array(fc.record({ x: fc.integer(), y: fc.double({ noNaN: true, min: 0, max: 1e9 }) }));
    fc.assert(
      fc.property(points, fc.array(fc.nat(), { maxLength: 80 }), (series, counts) => {
        const drawn = [
          lineChart({ title: 't', xLabel: 'x', yLabel: 'y', series: [{ name: 's', points: series }] }),
          histogram({
            title: 't',
            xLabel: 'x',
            yLabel: 'y',
            bins: counts.map((each, at) => ({ from: at, to: at + 1, count: each })),
            limit: { at: 3, name: 'l' },
          }),
          bars({ title: 't', rows: counts.map((value) => ({ label: 'l', value })) }),
        ].join('');
        expect(drawn).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});

const SPACING = { box: { width: 100, height: 20 }, gap: { x: 30, y: 5 }, margin: 4 };
const graphs = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 25 })
  .chain((ids) =>
    fc.record({
      ids: fc.constant(ids),
      edges: fc.array(fc.record({ from: fc.constantFrom(...ids), to: fc.constantFrom(...ids) }), {
        maxLength: 50,
      }),
    }),
  );

describe('a lineage graph', () => {
  it('has no two boxes over each other, and all of them inside', () => {
    fc.assert(
      fc.property(graphs, ({ ids, edges }) => {
        const { nodes, width, height } = layered(ids, edges, SPACING);
        const boxes = [...nodes.values()];
        expect(boxes).toHaveLength(ids.length);
        boxes.forEach((a, index) => {
          expect(a.x >= 0 && a.y >= 0 && a.x + 100 <= width && a.y + 20 <= height + 1e-6).toBe(true);
          for (const b of boxes.slice(index + 1))
            expect(Math.abs(a.x - b.x) >= 100 || Math.abs(a.y - b.y) >= 20 - 1e-6).toBe(true);
        });
      }),
    );
  });

  it('is the same whatever the order of nodes and edges', () => {
    fc.assert(
      fc.property(graphs, ({ ids, edges }) => {
        expect(layered(ids.toReversed(), edges.toReversed(), SPACING)).toEqual(layered(ids, edges, SPACING));
      }),
    );
  });

  it('leads from left to right, but for edges that close a circle', () => {
    fc.assert(
      fc.property(graphs, ({ ids, edges }) => {
        for (const { points, back } of layered(ids, edges, SPACING).edges) {
          const [from, to] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 0];
          expect(back ? from > to : from < to).toBe(true);
        }
      }),
    );
    const circle = layered(
      ['a', 'b'],
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'a' },
      ],
      SPACING,
    );
    expect(circle.edges.map(({ back }) => back)).toEqual([false, true]);
  });

  it('leaves out edges to what is not in it', () => {
    const drawn = lineageGraph({
      title: 't',
      nodes: [{ id: 'a', label: 'a', kind: 'dataset', status: 'ready' }],
      edges: [{ from: 'gone', to: 'a' }],
    });
    expect(drawn).not.toContain('class="edge"');
  });
});
