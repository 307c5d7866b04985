import { shortened, text } from './axes.ts';
import { escape, none } from './html.ts';
import { layered, type Placed } from './layered-layout.ts';

export interface LineageNode {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly status: string;
}

/** `to` was made of, or judged by, `from`: the arrow's direction. */
export interface LineageEdge {
  readonly from: string;
  readonly to: string;
}

const BOX = { width: 200, height: 50 };
const GAP = { x: 56, y: 14 };
const MARGIN = 10;
/** A wider drawing is scrolled: shrunk to the page its text would be too small. */
const WIDEST_SHRUNK = 1400;

/**
 * What was made of what, as boxes in layers with arrows from left to right. The same nodes and edges give the same
 * drawing in whatever order they come. An edge to a node that is not given is left out; one that closes a circle is
 * drawn dashed.
 * @param options.focus id of the node that the page is about
 */
export function lineageGraph(options: {
  readonly title: string;
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly focus?: string;
}): string {
  if (options.nodes.length === 0) return none(`${options.title}: nothing.`);
  const layout = layered(
    options.nodes.map((node) => node.id),
    options.edges,
    { box: BOX, gap: GAP, margin: MARGIN },
  );
  const kinds = [...new Set(options.nodes.map((node) => node.kind))].sort();
  const boxes = options.nodes.flatMap((node) => {
    const placed = layout.nodes.get(node.id);
    return placed === undefined
      ? []
      : [box(node, placed, kinds.indexOf(node.kind) % 6, node.id === options.focus)];
  });
  const arrows = layout.edges.map(({ points, back }) => arrow(points, back));
  return `<figure><figcaption>${escape(options.title)}</figcaption><div class="scroll"><svg${layout.width > WIDEST_SHRUNK ? ' class="natural"' : ''} viewBox="0 0 ${layout.width.toFixed(0)} ${layout.height.toFixed(0)}" width="${layout.width.toFixed(0)}" role="img" aria-label="${escape(options.title)}">${arrows.join('')}${boxes.join('')}</svg></div></figure>`;
}

function box(node: LineageNode, { x, y }: Placed, kind: number, focus: boolean): string {
  return `<g><title>${escape(`${node.kind} ${node.label}, ${node.status}`)}</title><rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${BOX.width}" height="${BOX.height}" rx="6" class="box${focus ? ' focus' : ''}"/><rect x="${x.toFixed(1)}" y="${(y + 6).toFixed(1)}" width="4" height="${BOX.height - 12}" rx="2" class="f${kind}"/>${text(x + 12, y + 20, shortened(node.label, 20), ' class="strong"')}${text(x + 12, y + 38, shortened(`${node.kind} · ${node.status}`, 27), ' class="soft"')}</g>`;
}

function arrow(points: readonly Placed[], back: boolean): string {
  const [start, ...others] = points;
  const end = points.at(-1);
  if (start === undefined || end === undefined) return '';
  let from = start;
  const path = others.map((to) => {
    const middle = ((from.x + to.x) / 2).toFixed(1);
    const curve = `C${middle},${from.y.toFixed(1)} ${middle},${to.y.toFixed(1)} ${to.x.toFixed(1)},${to.y.toFixed(1)}`;
    from = to;
    return curve;
  });
  const tip = `${end.x.toFixed(1)},${end.y.toFixed(1)}`;
  return `<path d="M${start.x.toFixed(1)},${start.y.toFixed(1)}${path.join('')}" class="edge${back ? ' back' : ''}"/><path d="M${tip}l-8,-4v8z" class="arrow"/>`;
}
