import type { ScannedText } from '@ftm/contracts/scanned-text';
import type { TenantId } from '@ftm/contracts/ids';
import type { GateAnswer } from '@ftm/domain/gate-answer';
import type { Labeled } from '@ftm/domain/labels';
import type { OrchestratorClient } from '@ftm/orchestrator/client';

/** Words that a person typed, by the names that a route gives them; null: nothing was typed. */
export type Texts = Readonly<Record<string, string | null>>;

/** The same, as TRiSM left them. */
export type Scanned<T extends Texts> = {
  readonly [K in keyof T]: T[K] extends string ? ScannedText : ScannedText | null;
};

export interface ScanResult<T extends Texts> {
  readonly texts: Scanned<T>;
  /** TRiSM's answer on each as a gate's: what it flags is a no, for commands that count it as one. */
  readonly gates: readonly GateAnswer[];
}

/** @throws OrchestratorUnavailable: what cannot be scanned does not go on the log */
export async function scanTexts<T extends Texts>(
  orchestrator: Pick<OrchestratorClient, 'scan'>,
  of: { readonly tenant: TenantId; readonly projectId: string | null },
  texts: T,
): Promise<ScanResult<T>> {
  const typed = [...new Set(Object.values(texts).filter((text) => text !== null))];
  const scans = new Map(
    await Promise.all(
      typed.map(async (text) => {
        const scan = await orchestrator.scan({ tenantId: of.tenant, projectId: of.projectId ?? '*' }, text);
        return [text, scan] as const;
      }),
    ),
  );
  const cleaned = Object.entries(texts).map(([name, text]) => [
    name,
    text === null ? null : (scans.get(text)?.text ?? null),
  ]);
  return {
    texts: Object.fromEntries(cleaned) as Scanned<T>,
    gates: [...scans.values()].map(({ scanId, verdict, findings }) => ({
      gate: 'trism.scan',
      decision: verdict === 'flagged' ? ('deny' as const) : ('allow' as const),
      decisionId: scanId,
      reasons:
        verdict === 'flagged'
          ? findings.map(({ type, count }) => ({ code: 'TRISM_FLAGGED', message: `${type} (${count})` }))
          : [],
      policyVersion: 'trism',
    })),
  };
}

/** What a request names a resource, and notes about it. */
export interface AskedLabels {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
}

/**
 * Labels for a command as TRiSM left them; nothing of a request that has none. What is flagged is taken out, and never a no: nothing hangs on a label.
 * @throws OrchestratorUnavailable
 */
export async function scanLabels(
  orchestrator: Pick<OrchestratorClient, 'scan'>,
  of: { readonly tenant: TenantId; readonly projectId: string | null },
  { name = null, description = null, metadata }: AskedLabels = {},
): Promise<Labeled> {
  const pairs = Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (name === null && description === null && pairs.length === 0) return {};
  const { texts } = await scanTexts(orchestrator, of, { name, description });
  const { texts: values } = await scanTexts(orchestrator, of, Object.fromEntries(pairs));
  return {
    labels: { ...texts, metadata: pairs.map(([key]) => ({ key, value: scannedIn(values, key) })) },
  };
}

/** One of texts that are named by themselves. */
export function scannedIn(texts: Readonly<Record<string, ScannedText>>, text: string): ScannedText {
  const clean = texts[text];
  if (clean === undefined) throw new Error('a text was not given to be scanned');
  return clean;
}
