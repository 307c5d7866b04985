import type { EventData, EventName } from '@ftm/contracts/generated/events';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import { parseStreamId } from '@ftm/contracts/ids';
import { escape, facts, notice, page, section, table, timeline } from '@ftm/report/html';
import { lineageGraph } from '@ftm/report/lineage-graph';
import { intervalPlot, lineChart } from '@ftm/report/plots';
import type { PackStory } from './story.ts';

/**
 * The pack as one page for people, without script and without anything from elsewhere. Its order is that of Annex IV
 * of Regulation (EU) 2024/1689; what FTM cannot know is named as a gap. It is made of the events alone.
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
      ...lineage(story),
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
      intervalPlot({
        title: 'Scores with 95 % intervals',
        rows: of(events, 'EvalRunCompleted').map(({ stream, data }) => ({
          label: stream,
          value: data.score,
          low: data.ciLow,
          high: data.ciHigh,
        })),
      }),
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
      '<h3>What was refused</h3>',
      table(
        ['about', 'what', 'code', 'why', 'by', 'when'],
        of(events, 'CommandRefused').map(({ data, actor, time }) => [
          data.stream,
          data.commandType,
          data.code,
          data.message,
          actor,
          time,
        ]),
      ),
      gap('the risk management system of Article 9 itself'),
    ],
    ['6. Changes through the lifecycle', changes(events)],
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
  return page(
    `Evidence: model version ${modelVersionId}`,
    '<h1>Evidence pack</h1>',
    `<p>Made of ${events.length} events of the log <code>${escape(checkpoint.origin)}</code>, as it stood at ${escape(checkpoint.time)} with ${checkpoint.size} events. The sections follow Annex IV of Regulation (EU) 2024/1689. <strong>This is no claim of compliance:</strong> what FTM does not know is marked as a gap. Verify the pack before you rely on this page: <code>ftm pack verify</code>.</p>`,
    ...sections.map(([title, ...parts]) => section(title, ...parts)),
  );
}

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
const gap = (what: string): string => notice('gap', `Gap: not known to FTM: ${what}.`);

const changes = (events: readonly RecordedEvent[]): string =>
  timeline(
    events.map(({ envelope, event }) => ({
      at: envelope.time,
      what: event.type,
      note: `event ${envelope.seq} on ${envelope.stream}, by ${envelope.actor}`,
    })),
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

/** The picture for an overview, the table for ids in full. */
function lineage({ edges, resources, modelVersionId }: PackStory): readonly string[] {
  const statusOf = (resource: Readonly<Record<string, unknown>>): string =>
    typeof resource['status'] === 'string' ? resource['status'] : 'no status';
  const graph = lineageGraph({
    title: 'What the model version was made of and judged by',
    focus: `model-version/${modelVersionId}`,
    nodes: Object.entries(resources).map(([stream, resource]) => {
      const at = stream.indexOf('/');
      return {
        id: stream,
        label: stream.slice(at + 1),
        kind: stream.slice(0, at).replaceAll('-', ' '),
        status: statusOf(resource),
      };
    }),
    edges: edges.map(({ from, to }) => ({ from: to, to: from })),
  });
  const rows = Object.entries(resources).map(([stream, resource]) => [
    stream,
    statusOf(resource),
    edges.flatMap(({ from, to }) => (from === stream ? [to] : [])).join(', '),
  ]);
  return [graph, table(['this', 'status', 'leans on'], rows)];
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
      lineChart({
        title: `Loss of ${stream}`,
        xLabel: 'step',
        yLabel: 'loss',
        series: [
          {
            name: 'train',
            points: points.flatMap(({ x, train }) => (train === null ? [] : [{ x, y: train }])),
          },
          {
            name: 'validation',
            points: points.flatMap(({ x, validation }) =>
              validation === null ? [] : [{ x, y: validation }],
            ),
          },
        ],
      }),
    )
    .join('\n');
}
