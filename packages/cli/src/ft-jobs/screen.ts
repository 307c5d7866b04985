import { printable } from '@ftm/report/printable';

/** A block of lines at the end of the terminal that is drawn again in its place. */
export interface Screen {
  draw(lines: readonly string[]): void;
  /** Leaves the last picture where it is. */
  leave(): void;
}

const HIDE = '\x1b[?25l';
const SHOW = '\x1b[?25h';

export function createScreen(out: NodeJS.WriteStream): Screen {
  let drawn = 0;
  return {
    draw(lines) {
      // Never higher than the terminal: what has scrolled away cannot be drawn over.
      const fitting = lines.slice(0, Math.max(1, out.rows - 1));
      const up = drawn === 0 ? HIDE : `\x1b[${drawn}A\r`;
      out.write(`${up}\x1b[J${fitting.map(printable).join('\n')}\n`);
      drawn = fitting.length;
    },
    leave() {
      if (drawn > 0) out.write(SHOW);
      drawn = 0;
    },
  };
}
