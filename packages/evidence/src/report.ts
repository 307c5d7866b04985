import type { EventData, EventName } from '@ftm/contracts/generated/events';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import { parseStreamId } from '@ftm/contracts/ids';
import { escape } from './html.ts';
import { chart, intervals } from './plots.ts';
import type { PackStory } from './story.ts';

/**
 * The pack as one page for people, without script and without anything from elsewhere. Its order is that of Annex IV of Regulation (EU) 2024/1689; what FTM cannot know is
 * named as a gap. It is made of the events alone.
 */
export function report(story: PackStory): string {
  const { modelVersionId, tenantId, checkpoint, events } = story;
  const model = story.resources[`model-version/${modelVersionId}`] ?? {};
  const sections: readonly (readonly [title: string, ...parts: string[]])[] = [
    [
      '1. General description',
      facts({
        'Model version': modelVersionId,
        Tenant: tenantId,
        Status: model['status'],
        Origin: model['origin'],
        'Base model': model['base_model'],
        'Name at the provider': model['provider_model_id'],
      }),
      gap('intended purpose, hardware, user interface, instructions for use'),
    ],
    [
      '2. Elements and development',
      '<h3>Lineage</h3>',
      lineage(story),
      '<h3>Data (2d)</h3>',
      table(
        ['dataset', 'rows read', 'rejected', 'train', 'validation', 'redactions', 'content SHA-256'],
        of(events, 'DatasetSanitized').map(({ stream, data }) => [
          stream,
          data.rowsRead,
          data.rowsRejected,
          data.trainRows,
          data.validationRows,
          data.redactions.map(({ code, count }) => `${code} ${count}`).join(', ') || 'none',
          data.contentSha256,
        ]),
      ),
      manifests(story),
      '<h3>Training (2b, 2c)</h3>',
      table(
        ['job', 'method', 'base model', 'epochs', 'batch', 'learning rate ×', 'seed'],
        of(events, 'FineTuneRequested').map(({ stream, data }) => [
          stream,
          data.method,
          data.baseModel,
          data.hyperparameters.nEpochs ?? 'auto',
          data.hyperparameters.batchSize ?? 'auto',
          data.hyperparameters.learningRateMultiplier ?? 'auto',
          data.seed ?? 'none given',
        ]),
      ),
      lossCurves(events),
      '<h3>Human oversight (2e)</h3>',
      table(
        ['promotion', 'asked by', 'approved by', 'when'],
        of(events, 'PromotionApproved').map(({ stream, data, time }) => [
          stream,
          data.requestedBy,
          data.approvedBy,
          time,
        ]),
      ),
      '<h3>Validation and testing (2g)</h3>',
      intervals(
        of(events, 'EvalRunCompleted').map(({ stream, data }) => ({
          name: stream,
          value: data.score,
          low: data.ciLow,
          high: data.ciHigh,
        })),
      ),
      table(
        ['eval run', 'score', '95 % interval', 'cases', 'errors', 'against', 'difference', 'p', 'verdict'],
        of(events, 'EvalRunCompleted').map(({ stream, data }) => [
          stream,
          data.score.toFixed(4),
          `${data.ciLow.toFixed(4)} – ${data.ciHigh.toFixed(4)}`,
          data.caseCount,
          data.errorCount,
          data.comparison?.baselineRunId ?? '',
          data.comparison?.difference.toFixed(4) ?? '',
          data.comparison?.pValue.toPrecision(3) ?? '',
          data.comparison?.verdict ?? '',
        ]),
      ),
      gap(
        'design specifications and their rationale, system architecture around the model, cybersecurity measures',
      ),
    ],
    [
      '3. Monitoring, functioning and control',
      table(
        ['pointer', 'what', 'model version', 'by', 'when'],
        (['PointerMoved', 'PointerOverridden', 'PointerRolledBack'] as const)
          .flatMap((name) =>
            of(events, name).map(({ stream, data, actor, time }) => [
              stream,
              name,
              data.modelVersionId ?? 'none',
              actor,
              time,
            ]),
          )
          .sort(([, , , , a], [, , , , b]) => (String(a) < String(b) ? -1 : 1)),
      ),
      gap('expected accuracy for groups of persons, foreseeable unintended outcomes'),
    ],
    [
      '4. Appropriateness of the metrics',
      gap('why these graders fit the purpose; their versions are in the eval suites'),
    ],
    [
      '5. Risk management',
      '<h3>Answers of the gates</h3>',
      table(
        ['stream', 'gate', 'answer', 'policy', 'decision', 'reasons', 'when'],
        of(events, 'GateAnswered').map(({ stream, data, time }) => [
          stream,
          data.gate,
          data.decision,
          data.policyVersion,
          data.decisionId,
          data.reasons.map(({ code }) => code).join(', '),
          time,
        ]),
      ),
      gap('the risk management system of Article 9 itself'),
    ],
    ['6. Changes through the lifecycle', timeline(events)],
    ['7. Harmonised standards', gap('which were applied')],
    ['8. EU declaration of conformity', gap('the declaration')],
    ['9. Post-market monitoring', gap('the plan of Article 72')],
    [
      'Costs',
      table(
        ['what', 'US dollars'],
        [
          ...of(events, 'FineTuneCostRecorded').map(({ stream, data }) => [
            stream,
            usd(data.actualUsdMicros),
          ]),
          ...of(events, 'EvalRunCompleted').map(({ stream, data }) => [stream, usd(data.costUsdMicros)]),
        ],
      ),
    ],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Evidence: model version ${escape(modelVersionId)}</title>
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${STYLE}</style></head><body>
<h1>Evidence pack</h1>
<p>Made of ${events.length} events of the log <code>${escape(checkpoint.origin)}</code>, as it stood at ${escape(checkpoint.time)} with ${checkpoint.size} events. The sections follow Annex IV of Regulation (EU) 2024/1689. <strong>This is no claim of compliance:</strong> what FTM does not know is marked as a gap. Verify the pack before you rely on this page: <code>ftm pack verify</code>.</p>
${sections.map(([title, ...parts]) => `<section><h2>${escape(title)}</h2>\n${parts.join('\n')}</section>`).join('\n')}
</body></html>
`;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2330;background:#fff}
h1,h2,h3{line-height:1.2}h2{border-bottom:1px solid #d5dae3;padding-bottom:.2rem;margin-top:2.5rem}
table{border-collapse:collapse;width:100%;font-size:13px;margin:.5rem 0}th,td{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #e6e9ef;vertical-align:top;overflow-wrap:anywhere}
.gap{border-left:4px solid #d97706;background:#fff7ed;padding:.4rem .8rem}.none{color:#6b7280}
svg{max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:#1c2330}
@media print{section{break-inside:avoid-page}}`;

interface Told<N extends EventName> {
  readonly stream: string;
  readonly data: EventData<N>;
  readonly actor: string;
  readonly time: string;
}

function of<N extends EventName>(events: readonly RecordedEvent[], name: N): Told<N>[] {
  return events.flatMap(({ envelope, event }) =>
    event.type === name
      ? [
          {
            stream: envelope.stream,
            data: event.data as EventData<N>,
            actor: envelope.actor,
            time: envelope.time,
          },
        ]
      : [],
  );
}

const usd = (micros: number): string => (micros / 1e6).toFixed(4);
const gap = (what: string): string => `<p class="gap">Gap: not known to FTM: ${escape(what)}.</p>`;

function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  if (rows.length === 0) return '<p class="none">None.</p>';
  const line = (cells: readonly unknown[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('\n')}</tbody></table>`;
}

const facts = (known: Readonly<Record<string, unknown>>): string =>
  table(
    ['', ''],
    Object.entries(known).map(([name, value]) => [name, value ?? 'unknown']),
  );

function manifests({ events, manifests: included }: PackStory): string {
  return table(
    ['dataset', 'manifest SHA-256', 'manifest'],
    of(events, 'DatasetSanitized').map(({ stream, data }) => {
      const { id } = parseStreamId(stream);
      return [
        stream,
        data.manifestSha256 === '' ? 'not recorded by the version that built it' : data.manifestSha256,
        id in included ? `manifests/${id}.json` : 'not in the pack: the dataset was erased, or is older',
      ];
    }),
  );
}

function timeline(events: readonly RecordedEvent[]): string {
  return table(
    ['when', 'seq', 'event', 'stream', 'by'],
    events.map(({ envelope, event }) => [
      envelope.time,
      envelope.seq,
      event.type,
      envelope.stream,
      envelope.actor,
    ]),
  );
}

function lineage({ edges, resources }: PackStory): string {
  return table(
    ['this', 'status', 'leans on'],
    Object.entries(resources).map(([stream, resource]) => [
      stream,
      resource['status'],
      edges.flatMap(({ from, to }) => (from === stream ? [to] : [])).join(', '),
    ]),
  );
}

function lossCurves(events: readonly RecordedEvent[]): string {
  const curves = new Map<string, { x: number; train: number | null; validation: number | null }[]>();
  for (const { stream, data } of of(events, 'FineTuneProgressed')) {
    if (data.step === null) continue;
    const points = curves.get(stream) ?? [];
    curves.set(stream, [...points, { x: data.step, train: data.trainLoss, validation: data.validLoss }]);
  }
  return [...curves]
    .map(([stream, points]) =>
      chart(`Loss of ${stream}`, 'step', [
        {
          name: 'train',
          points: points.flatMap(({ x, train }) => (train === null ? [] : [{ x, y: train }])),
        },
        {
          name: 'validation',
          points: points.flatMap(({ x, validation }) => (validation === null ? [] : [{ x, y: validation }])),
        },
      ]),
    )
    .join('\n');
}
