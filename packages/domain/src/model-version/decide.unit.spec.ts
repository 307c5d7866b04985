import { ourWords } from '@ftm/contracts/scanned-text';
import type { Command } from '../command.ts';
import { gate, modelRegistered, target } from '../testing/examples.ts';
import { given, type Past } from '../testing/spec.ts';
import { endOfLifeOf, namesOf, PUBLISHED, warningFor } from './end-of-life.ts';

const stream = 'model-version/m1' as const;
const register: Command = {
  type: 'RegisterModelVersion',
  id: 'm1',
  registration: modelRegistered,
  gates: [gate()],
};
const retire: Command = { type: 'RetireModelVersion', id: 'm1', reason: ourWords('old') };

const known: Past[] = [{ stream, event: { type: 'ModelVersionRegistered', data: modelRegistered } }];
const live: Past[] = [
  ...known,
  { stream, event: { type: 'ModelVersionPromoted', data: { target, promotionId: 'p1' } } },
];
const demoted: Past[] = [
  ...live,
  { stream, event: { type: 'ModelVersionDemoted', data: { target, reason: 'superseded' } } },
];
const retired: Past[] = [
  ...known,
  { stream, event: { type: 'ModelVersionRetired', data: { reason: 'old' } } },
];

describe('a model version', () => {
  it('is registered once, and not against a gate’s no', async () => {
    await given()
      .when(register)
      .thenGives(
        { type: 'ModelVersionRegistered', data: modelRegistered },
        { type: 'GateAnswered', data: gate() },
      );
    await given(...known)
      .when(register)
      .thenGives({ type: 'GateAnswered', data: gate() });
    await given()
      .when({ ...register, gates: [gate('deny')] })
      .thenRejects('GATE_DENIED');
  });

  it('is not retired while it is live somewhere', async () => {
    await given(...live)
      .when(retire)
      .thenRejects('MODEL_IN_PRODUCTION');
    await given(...demoted)
      .when(retire)
      .thenGives({ type: 'ModelVersionRetired', data: { reason: 'old' } });
    await given(...known)
      .when(retire)
      .thenGives({ type: 'ModelVersionRetired', data: { reason: 'old' } });
    await given(...retired)
      .when(retire)
      .thenGives();
    await given().when(retire).thenRejects('NOT_FOUND');
  });
});

describe('the end of life of a model', () => {
  const announced = (shutdownDate: string): Past => ({
    stream,
    event: { type: 'ModelEndOfLifeAnnounced', data: { shutdownDate, source: 's' } },
  });
  const warn = (withinDays: number, shutdownDate = '2026-09-01'): Command => ({
    type: 'WarnOfEndOfLife',
    id: 'm1',
    warning: { shutdownDate, withinDays },
  });
  const warned = (withinDays: number): Past => ({
    stream,
    event: { type: 'ModelEndOfLifeWarned', data: { shutdownDate: '2026-09-01', withinDays } },
  });

  it('is announced once for each date', async () => {
    const announce = (shutdownDate: string): Command => ({
      type: 'AnnounceEndOfLife',
      id: 'm1',
      announcement: { shutdownDate, source: 's' },
    });
    await given(...known)
      .when(announce('2026-09-01'))
      .thenGives(announced('2026-09-01').event);
    await given(...known, announced('2026-09-01'))
      .when(announce('2026-09-01'))
      .thenGives();
    await given(...known, announced('2026-09-01'))
      .when(announce('2026-10-01'))
      .thenGives(announced('2026-10-01').event);
  });

  it('is warned of once at each limit, and anew when the date moves', async () => {
    await given(...known, announced('2026-09-01'))
      .when(warn(90))
      .thenGives(warned(90).event);
    await given(...known, announced('2026-09-01'), warned(90))
      .when(warn(90))
      .thenGives();
    await given(...known, announced('2026-09-01'), warned(90))
      .when(warn(30))
      .thenGives(warned(30).event);
    await given(...known, announced('2026-09-01'), warned(30), announced('2026-12-01'))
      .when(warn(180, '2026-12-01'))
      .thenGives({ type: 'ModelEndOfLifeWarned', data: { shutdownDate: '2026-12-01', withinDays: 180 } });
    await given(...known)
      .when(warn(30))
      .thenRejects('END_OF_LIFE_NOT_ANNOUNCED');
  });
});

describe('a warning', () => {
  it.each([
    ['2026-12-31', undefined],
    ['2026-07-01', 180],
    ['2026-04-02', 90],
    ['2026-04-01', 90],
    ['2026-01-31', 30],
    ['2025-12-01', 30],
  ])('about %s is due within %s days', (date, days) => {
    expect(warningFor(date, '2026-01-02T12:00:00.000Z')).toBe(days);
  });
});

describe('what is known of a shutdown', () => {
  const published = [
    { model: 'base', shutdownDate: '2027-01-01', source: 'https://example.test/d', readOn: '2026-01-01' },
  ];
  it('is what the provider lists, the earliest of model and base; else what was published', () => {
    const listed = [
      { shutdownDate: '2026-09-01', source: 'l' },
      { shutdownDate: '2026-08-01', source: 'l' },
    ];
    expect(endOfLifeOf(['m', 'base'], listed, published)?.shutdownDate).toBe('2026-08-01');
    expect(endOfLifeOf(['m', 'base'], [], published)).toEqual({
      shutdownDate: '2027-01-01',
      source: 'https://example.test/d (2026-01-01)',
    });
    expect(endOfLifeOf(['m'], [], published)).toBeUndefined();
  });
  it('is published of the dated base that a fine-tuned model’s id names, of its own provider only', () => {
    const names = namesOf({
      providerModelId: 'ft:gpt-4o-mini-2024-07-18:acme::abc',
      baseModel: 'gpt-4o-mini',
    });
    expect(names).toEqual(['ft:gpt-4o-mini-2024-07-18:acme::abc', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18']);
    expect(endOfLifeOf(names, [], PUBLISHED['api.openai.com'] ?? [])?.shutdownDate).toBe('2027-01-14');
    expect(namesOf({ providerModelId: 'own', baseModel: 'own' })).toEqual(['own']);
    for (const each of Object.values(PUBLISHED).flat()) {
      expect(each.shutdownDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(Date.parse(each.readOn)).not.toBeNaN();
      expect(() => new URL(each.source)).not.toThrow();
    }
  });
});
