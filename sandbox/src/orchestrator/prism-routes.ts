import type { Faults } from './faults.ts';
import { problem, validated } from './http.ts';
import type { On } from './on.ts';
import { ApprovalOrder, EstimateOrder, UsageOrder, type createPrism } from './prism.ts';

export function prismRoutes(on: On, faults: Faults, prism: ReturnType<typeof createPrism>): void {
  on(
    'post',
    'prism',
    '/v1/prism/estimates',
    validated(EstimateOrder, () => prism.estimate()),
  );
  on(
    'post',
    'prism',
    '/v1/prism/approvals',
    validated(ApprovalOrder, (order, request) =>
      prism.request(order, request.get('idempotency-key'), faults.denied('prism', order)),
    ),
  );
  on('get', 'prism', '/v1/prism/approvals/:id', (request, response) => {
    const found = prism.approval(String(request.params['id']));
    if (found === undefined) problem(response, 404, 'NOT_FOUND', 'there is no such approval');
    else response.json(found);
  });
  on(
    'post',
    'prism',
    '/v1/prism/usage',
    validated(UsageOrder, (order, request) => prism.use(order, request.get('idempotency-key'))),
  );
}
