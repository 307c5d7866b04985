import process from 'node:process';

/** One thing that happened while something starts. */
export interface ProgressLine {
  readonly part: string;
  readonly state: 'waiting' | 'downloading' | 'starting' | 'ready' | 'stopped' | 'failed';
  readonly detail?: string;
  readonly elapsedMs?: number;
}

const SIGN: Record<ProgressLine['state'], string> = {
  waiting: '…',
  downloading: '↓',
  starting: '…',
  ready: '✓',
  stopped: '■',
  failed: '✗',
};

/** For terminals and logs alike: a line each, no cursor movement. What only starts is shown to people who wait, not in logs. */
export function printProgress(line: ProgressLine): void {
  if (line.state === 'starting' && !process.stdout.isTTY) return;
  const time = line.elapsedMs === undefined ? '' : ` (${(line.elapsedMs / 1000).toFixed(1)} s)`;
  console.log(
    `  ${SIGN[line.state]} ${line.part} ${line.state}${line.detail === undefined ? '' : `: ${line.detail}`}${time}`,
  );
}
