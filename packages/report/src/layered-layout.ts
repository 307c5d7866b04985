export interface Placed {
  readonly x: number;
  readonly y: number;
}

interface Edge {
  readonly from: string;
  readonly to: string;
}

interface Spacing {
  readonly box: { readonly width: number; readonly height: number };
  readonly gap: Placed;
  readonly margin: number;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  /** Upper left corner of each box. */
  readonly nodes: ReadonlyMap<string, Placed>;
  /** From the right side of a box to the left side of another, by way of every layer between. */
  readonly edges: readonly { readonly points: readonly Placed[]; readonly back: boolean }[];
}

/** A box, or the place where a long edge passes a layer. */
interface Slot {
  readonly id: string;
  readonly layer: number;
  readonly height: number;
  readonly before: Slot[];
  readonly after: Slot[];
  /** Of its middle. */
  y: number;
}

const SWEEPS = 8;

/**
 * Layered drawing after Sugiyama: circles are opened, layers are longest paths, long edges take a slot in every layer
 * they pass, the order in a layer follows the neighbours' middle. Depends on the set of ids and edges alone, not on
 * their order.
 */
export function layered(given: readonly string[], edges: readonly Edge[], spacing: Spacing): Layout {
  const ids = [...new Set(given)].sort();
  const { forward, back } = open(ids, edges);
  const layerOf = layers(ids, forward);
  const slots = new Map<string, Slot>();
  const slot = (id: string, layer: number, height: number): Slot => {
    const made: Slot = { id, layer, height, before: [], after: [], y: 0 };
    slots.set(id, made);
    return made;
  };
  for (const id of ids) slot(id, layerOf.get(id) ?? 0, spacing.box.height);
  const routes = [...forward, ...back.map(({ from, to }) => ({ from: to, to: from }))].map((edge) =>
    route(edge, slots, slot),
  );
  const columns: Slot[][] = [];
  for (const each of slots.values()) (columns[each.layer] ??= []).push(each);
  order(columns, spacing.gap.y);

  const lowest = Math.min(...[...slots.values()].map((each) => each.y - each.height / 2));
  const shift = spacing.margin - lowest;
  const left = (layer: number): number => spacing.margin + layer * (spacing.box.width + spacing.gap.x);
  const nodes = new Map<string, Placed>();
  for (const id of ids) {
    const { layer, y, height } = slots.get(id) ?? { layer: 0, y: 0, height: 0 };
    nodes.set(id, { x: left(layer), y: y - height / 2 + shift });
  }
  const bottom = Math.max(...[...slots.values()].map((each) => each.y + each.height / 2));
  return {
    width: left(columns.length - 1) + spacing.box.width + spacing.margin,
    height: bottom + shift + spacing.margin,
    nodes,
    edges: routes.map((passed, index) => {
      const points = passed.flatMap(({ layer, y }, at): Placed[] => {
        const [x, middle] = [left(layer), y + shift];
        const right = { x: x + spacing.box.width, y: middle };
        if (at === 0) return [right];
        return at === passed.length - 1 ? [{ x, y: middle }] : [{ x, y: middle }, right];
      });
      const isBack = index >= forward.length;
      return { points: isBack ? points.reverse() : points, back: isBack };
    }),
  };
}

/** Parts the edges that close a circle from the others; an edge to nowhere or to itself is neither. */
function open(ids: readonly string[], edges: readonly Edge[]): { forward: Edge[]; back: Edge[] } {
  const known = new Set(ids);
  const unique = new Map<string, Edge>();
  for (const { from, to } of edges)
    if (known.has(from) && known.has(to) && from !== to) unique.set(JSON.stringify([from, to]), { from, to });
  const sorted = [...unique.keys()].sort().flatMap((key) => unique.get(key) ?? []);
  const after = by('from', sorted);
  const state = new Map<string, 'open' | 'done'>();
  const back = new Set<Edge>();
  const visit = (id: string): void => {
    state.set(id, 'open');
    for (const edge of after.get(id) ?? []) {
      if (state.get(edge.to) === 'open') back.add(edge);
      else if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(id, 'done');
  };
  for (const id of ids) if (!state.has(id)) visit(id);
  return { forward: sorted.filter((edge) => !back.has(edge)), back: [...back] };
}

/** Longest path from a source; then each source moves up to what it feeds. */
function layers(ids: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, number> {
  const before = by('to', edges);
  const after = by('from', edges);
  const found = new Map<string, number>();
  const layerOf = (id: string): number => {
    const known = found.get(id);
    if (known !== undefined) return known;
    const layer = Math.max(-1, ...(before.get(id) ?? []).map((edge) => layerOf(edge.from))) + 1;
    found.set(id, layer);
    return layer;
  };
  ids.forEach(layerOf);
  for (const id of ids) {
    const fed = after.get(id);
    if (!before.has(id) && fed !== undefined)
      found.set(id, Math.min(...fed.map((edge) => found.get(edge.to) ?? 1)) - 1);
  }
  return found;
}

/** Slots that an edge goes through, from layer to layer. */
function route(
  { from, to }: Edge,
  slots: ReadonlyMap<string, Slot>,
  slot: (id: string, layer: number, height: number) => Slot,
): Slot[] {
  const [start, end] = [slots.get(from), slots.get(to)];
  if (start === undefined || end === undefined) return [];
  const passed = [start];
  for (let layer = start.layer + 1; layer < end.layer; layer += 1)
    passed.push(slot(JSON.stringify([from, to, layer]), layer, 8));
  passed.push(end);
  passed.forEach((each, at) => {
    const next = passed[at + 1];
    if (next === undefined) return;
    each.after.push(next);
    next.before.push(each);
  });
  return passed;
}

/** Sets every slot's y: by the middle of its neighbours, back and forth, with a gap between any two. */
function order(columns: readonly Slot[][], gap: number): void {
  for (const column of columns) {
    column.sort((a, b) => (a.id < b.id ? -1 : 1));
    stack(column, gap, (_, index) => index);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forwards = sweep % 2 === 0;
    for (const column of forwards ? columns : columns.toReversed()) {
      const wanted = new Map(
        column.map((each) => [each, middle(forwards ? each.before : each.after) ?? each.y]),
      );
      const want = (each: Slot): number => wanted.get(each) ?? each.y;
      column.sort((a, b) => want(a) - want(b) || (a.id < b.id ? -1 : 1));
      stack(column, gap, want);
    }
  }
}

function stack(column: readonly Slot[], gap: number, want: (slot: Slot, index: number) => number): void {
  let free = -Infinity;
  let slipped = 0;
  column.forEach((each, index) => {
    const wanted = want(each, index);
    each.y = Math.max(wanted, free + each.height / 2);
    free = each.y + each.height / 2 + gap;
    slipped += each.y - wanted;
  });
  for (const each of column) each.y -= slipped / column.length;
}

const middle = (slots: readonly Slot[]): number | undefined =>
  slots.length === 0 ? undefined : slots.reduce((sum, each) => sum + each.y, 0) / slots.length;

function by(end: 'from' | 'to', edges: readonly Edge[]): ReadonlyMap<string, readonly Edge[]> {
  const found = new Map<string, Edge[]>();
  for (const edge of edges) found.set(edge[end], [...(found.get(edge[end]) ?? []), edge]);
  return found;
}
