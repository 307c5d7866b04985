import { NoQuery } from '../parts.ts';
import * as audit from '../resources/audit.ts';
import * as erasures from '../resources/erasures.ts';
import * as money from '../resources/money.ts';
import { collection, member, type Endpoint } from './endpoint.ts';

/** Erasure, money and proofs. */
export const GOVERNANCE = {
  'POST /v1/tenant/erasure': {
    ...collection,
    operationId: 'requestTenantErasure',
    body: erasures.RequestTenantErasure,
    answer: erasures.Tenant,
  },
  'POST /v1/tenant/erasure/confirm': {
    ...collection,
    operationId: 'confirmTenantErasure',
    body: erasures.ConfirmTenantErasure,
    answer: erasures.Tenant,
  },
  'GET /v1/tenant/erasure': {
    ...collection,
    operationId: 'getTenantErasure',
    query: erasures.ErasurePage,
    answer: erasures.TenantErasure,
  },
  'GET /v1/pricing': {
    ...collection,
    operationId: 'getPrices',
    query: money.PricesAt,
    answer: money.Prices,
  },
  'PUT /v1/pricing': {
    ...collection,
    operationId: 'revisePrices',
    body: money.RevisePrices,
    answer: money.PriceBook,
  },
  'GET /v1/budgets': {
    ...collection,
    operationId: 'listBudgets',
    query: money.ListBudgets,
    answer: money.BudgetList,
  },
  'GET /v1/budgets/{id}': { ...member, operationId: 'getBudget', answer: money.Budget },
  'GET /v1/budget-months': {
    ...collection,
    operationId: 'listBudgetMonths',
    query: money.ListBudgetMonths,
    answer: money.BudgetMonthList,
  },
  'GET /v1/budget-months/{id}': { ...member, operationId: 'getBudgetMonth', answer: money.BudgetMonth },
  'GET /v1/projects/{project_id}/budget': {
    operationId: 'getProjectBudget',
    params: money.ByProject,
    query: money.BudgetMonthOf,
    body: null,
    answer: money.ProjectBudget,
  },
  'PUT /v1/projects/{project_id}/budget': {
    operationId: 'setProjectBudget',
    params: money.ByProject,
    query: NoQuery,
    body: money.SetBudget,
    answer: money.Budget,
  },
  'GET /v1/costs': { ...collection, operationId: 'getCosts', query: money.CostsPage, answer: money.Costs },
  'GET /v1/costs/entries': {
    ...collection,
    operationId: 'listCostEntries',
    query: money.CostEntriesPage,
    answer: money.CostEntryList,
  },
  'GET /v1/audit/streams/{aggregate}/{id}': {
    operationId: 'getStreamState',
    params: audit.ByStream,
    query: audit.StreamAt,
    body: null,
    answer: audit.StreamState,
  },
  'GET /v1/audit/checkpoints': {
    ...collection,
    operationId: 'listAuditCheckpoints',
    query: audit.AuditCheckpointsPage,
    answer: audit.AuditCheckpointList,
  },
  'GET /v1/audit/proofs': {
    ...collection,
    operationId: 'getProof',
    query: audit.ProofOf,
    answer: audit.Proof,
  },
  'GET /v1/audit/keys': {
    ...collection,
    operationId: 'listAuditKeys',
    query: audit.AuditKeysPage,
    answer: audit.AuditKeyList,
  },
  'GET /v1/audit/events': {
    ...collection,
    operationId: 'listEvents',
    query: audit.EventsPage,
    answer: audit.EventList,
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
