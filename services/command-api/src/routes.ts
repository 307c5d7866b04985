import { auditRoutes } from './audit/routes.ts';
import { budgetRoutes } from './budget/routes.ts';
import { costRoutes } from './costs/routes.ts';
import { datasetRoutes } from './dataset/routes.ts';
import { evalRunRoutes } from './eval-run/routes.ts';
import { evalSuiteRoutes } from './eval-suite/routes.ts';
import { followRoutes } from './fine-tune/follow-routes.ts';
import { fineTuneRoutes } from './fine-tune/routes.ts';
import type { Route } from './http/route.ts';
import { modelVersionRoutes } from './model-version/routes.ts';
import { pricingRoutes } from './pricing/routes.ts';
import { productionPointerRoutes } from './production-pointer/routes.ts';
import { promotionRoutes } from './promotion/routes.ts';
import { reEvalRoutes } from './re-eval/routes.ts';
import type { Services } from './service.ts';
import { tenantRoutes } from './tenant/routes.ts';

/** Every route there is: what is served, and what the OpenAPI document says. */
export function allRoutes(services: Services): Route[] {
  return [
    datasetRoutes,
    evalSuiteRoutes,
    evalRunRoutes,
    fineTuneRoutes,
    followRoutes,
    modelVersionRoutes,
    promotionRoutes,
    productionPointerRoutes,
    reEvalRoutes,
    tenantRoutes,
    pricingRoutes,
    budgetRoutes,
    costRoutes,
    auditRoutes,
  ].flatMap((routes) => routes(services));
}
