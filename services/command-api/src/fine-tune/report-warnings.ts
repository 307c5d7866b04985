import { notice, section, usd } from '@ftm/report/html';
import type { JobReportInput } from './report-input.ts';

type Warning = readonly [kind: 'note' | 'warning' | 'error', text: string];

/** A loss that has risen by so much since its lowest says that the job learned its rows by heart. */
const OVERFIT = 1.1;

/** What a reader should know before anything else, the worst first; nothing when there is nothing. */
export function jobWarnings(input: JobReportInput): string[] {
  const found = [...ofEnd(input), ...ofSubmit(input), ...ofLearning(input), ...ofRest(input)];
  const rank = { error: 0, warning: 1, note: 2 };
  return found.length === 0
    ? []
    : [
        section(
          'Warnings',
          ...found.toSorted(([a], [b]) => rank[a] - rank[b]).map(([kind, text]) => notice(kind, text)),
        ),
      ];
}

function ofEnd({ state }: JobReportInput): Warning[] {
  switch (state.status) {
    case 'failed': {
      const { code, message, providerMessage, remedy, retryable } = state.failure;
      const quoted =
        providerMessage === null || providerMessage === message
          ? ''
          : ` The provider says: ${providerMessage}.`;
      return [
        [
          'error',
          `Failed (${code}): ${message}.${quoted} What to do: ${remedy}. The same request ${retryable ? 'may' : 'will not'} succeed later.`.replaceAll(
            '..',
            '.',
          ),
        ],
      ];
    }
    case 'blocked':
      return [
        [
          'error',
          `Blocked by the gate ${state.gate}: ${state.reasons.map(({ message }) => message).join('; ')}`,
        ],
      ];
    case 'canceled': {
      const { reason, trainedTokens } = state.canceled;
      return [
        [
          'note',
          `Canceled: ${reason}. ${trainedTokens === null ? 'The provider names no tokens.' : `${trainedTokens} tokens were trained by then.`}`,
        ],
      ];
    }
    case 'queued':
    case 'running':
    case 'paused':
      return [['note', `The job is ${state.status}: this page shows it as it was at its last event.`]];
    case 'completed':
      return [];
  }
}

function ofSubmit({ state, events }: JobReportInput): Warning[] {
  const extra = events.flatMap(({ event }) =>
    event.type === 'FineTuneDuplicateCanceled' ? [event.data] : [],
  );
  return [
    ...extra.map(({ canceledProviderJobId, providerStatus }): Warning => [
      'error',
      `The provider had a second job for this one, ${canceledProviderJobId} (${providerStatus}), which was canceled and may have been paid for.`,
    ]),
    ...(state.status === 'queued' && state.intent !== null && state.refusal === null
      ? ([
          [
            'warning',
            'A paid request was announced and its answer is not known yet: the provider is being asked.',
          ],
        ] as const)
      : []),
    ...(state.status === 'queued' && state.deferral !== null
      ? ([['note', `It waits: ${state.deferral.message}.`]] as const)
      : []),
  ];
}

function ofLearning({ state, curve }: JobReportInput): Warning[] {
  if (curve.length === 0) return [];
  const valid = curve.flatMap(({ step, validLoss }) =>
    validLoss === null ? [] : [{ step, loss: validLoss }],
  );
  if (valid.length === 0)
    return [
      [
        'warning',
        'There is no validation loss: nothing here shows whether the model learned its task or its rows. Build the dataset with a validation share.',
      ],
    ];
  const best = valid.reduce((low, each) => (each.loss < low.loss ? each : low));
  const last = valid.at(-1) ?? best;
  const epochs = state.request.hyperparameters.nEpochs;
  return last.loss > best.loss * OVERFIT
    ? [
        [
          'warning',
          `The validation loss was lowest at step ${best.step} (${best.loss.toFixed(4)}) and has risen to ${last.loss.toFixed(4)} since: ${epochs === null ? 'ask for fewer epochs than the provider took' : `fewer than ${epochs} epochs may be better`}.`,
        ],
      ]
    : [];
}

function ofRest({ state, dataset, model }: JobReportInput): Warning[] {
  const { estimate } = state;
  const end = model.state.status === 'absent' ? null : model.state.endOfLife;
  return [
    ...(state.cost !== null && state.cost.actualUsdMicros > estimate.highUsdMicros
      ? ([
          [
            'warning',
            `It cost ${usd(state.cost.actualUsdMicros)}, more than the ${usd(estimate.highUsdMicros)} that were estimated at most.`,
          ],
        ] as const)
      : []),
    ...(end === null
      ? []
      : ([
          ['warning', `The provider shuts the model down on ${end.shutdownDate} (${end.source}).`],
        ] as const)),
    ...(dataset.status === 'erasing' || dataset.status === 'erased'
      ? ([['warning', `The dataset that it was trained on is ${dataset.status}.`]] as const)
      : []),
  ];
}
