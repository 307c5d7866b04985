export interface LossPoint {
  readonly step: number;
  readonly total_steps: number | null;
  readonly train_loss: number | null;
  readonly valid_loss: number | null;
}

/** Left column, bit values from the top; right column. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BRAILLE = 0x2800;
const LABEL = 8;

/**
 * The losses by step in braille dots, two by four to a character, with the scale at the left. Steps up to the last
 * one that will come: an empty right says how much is to come.
 * @param paintValid marks the validation loss; where both meet the training loss is shown
 */
export function lossChart(
  points: readonly LossPoint[],
  size: { readonly columns: number; readonly rows: number },
  paintValid: (text: string) => string = (text) => text,
): readonly string[] {
  const train = valuesOf(points, 'train_loss');
  const valid = valuesOf(points, 'valid_loss');
  const all = [...train, ...valid].map(({ y }) => y);
  if (all.length === 0) return [];
  const top = Math.max(...all);
  const bottom = Math.min(0, ...all);
  const steps = Math.max(2, points.at(-1)?.total_steps ?? 0, ...points.map(({ step }) => step));
  const width = Math.max(8, size.columns - LABEL);
  const draw = (values: readonly Value[]): Uint8Array => {
    const cells = new Uint8Array(width * size.rows);
    for (const { x, y } of joined(values, (width * 2 - 1) / (steps - 1), size.rows * 4)) {
      const down = top === bottom ? 0 : ((top - y) / (top - bottom)) * (size.rows * 4 - 1);
      const [column, row] = [Math.min(width * 2 - 1, Math.round(x)), Math.round(down)];
      const cell = (row >> 2) * width + (column >> 1);
      cells[cell] = (cells[cell] ?? 0) | (DOTS[column % 2 === 0 ? 0 : 1][row % 4] ?? 0);
    }
    return cells;
  };
  const [trainCells, validCells] = [draw(train), draw(valid)];
  return Array.from({ length: size.rows }, (_, row) => {
    const label = row === 0 ? labelOf(top) : row === size.rows - 1 ? labelOf(bottom) : '';
    const line = Array.from({ length: width }, (__, column) => {
      const at = row * width + column;
      const [ours, theirs] = [trainCells[at] ?? 0, validCells[at] ?? 0];
      // Some fonts show the dots of an empty cell.
      if ((ours | theirs) === 0) return ' ';
      const text = String.fromCharCode(BRAILLE + (ours | theirs));
      return ours === 0 && theirs !== 0 ? paintValid(text) : text;
    }).join('');
    return `${label.padStart(LABEL - 2)} ${row === size.rows - 1 ? '┴' : '┤'}${line}`;
  });
}

/** In as many columns as there are. */
function labelOf(value: number): string {
  const texts = [value === 0 ? '0' : value.toFixed(3), String(Math.round(value)), value.toExponential(0)];
  return texts.find((text) => text.length <= LABEL - 2) ?? '';
}

interface Value {
  readonly x: number;
  readonly y: number;
}

const valuesOf = (points: readonly LossPoint[], of: 'train_loss' | 'valid_loss'): Value[] =>
  points.flatMap((point) => {
    const y = point[of];
    return y === null ? [] : [{ x: point.step - 1, y }];
  });

/** A line through the points, without gaps where it is steep. */
function joined(values: readonly Value[], scale: number, height: number): Value[] {
  return values.flatMap(({ x, y }, at) => {
    const before = values[at - 1];
    if (before === undefined) return [{ x: x * scale, y }];
    const dots = Math.max(height, Math.ceil((x - before.x) * scale));
    return Array.from({ length: dots }, (_, dot) => {
      const share = (dot + 1) / dots;
      return { x: (before.x + (x - before.x) * share) * scale, y: before.y + (y - before.y) * share };
    });
  });
}
