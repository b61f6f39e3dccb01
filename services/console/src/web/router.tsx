import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { LoadingRows } from './parts/page-states.tsx';
import { breaksSearch, deadLettersSearch, paymentsSearch, storySearch } from './search-params.ts';
import { RouteFailure, UnknownPage } from './shell/route-states.tsx';
import { Shell } from './shell/shell.tsx';

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: UnknownPage });

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => redirect({ to: '/payments', throw: true }),
});

const paymentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/payments',
  validateSearch: paymentsSearch,
  component: lazyRouteComponent(
    () => import('./features/payments/payments-page.tsx'),
    'PaymentsPage',
  ),
});

const paymentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/payments/$paymentId',
  validateSearch: storySearch,
  component: lazyRouteComponent(
    () => import('./features/story/story-page.tsx'),
    'PaymentStoryPage',
  ),
});

const orderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$orderId',
  validateSearch: storySearch,
  component: lazyRouteComponent(() => import('./features/story/story-page.tsx'), 'OrderStoryPage'),
});

const deadLettersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dead-letters',
  validateSearch: deadLettersSearch,
  component: lazyRouteComponent(
    () => import('./features/dead-letters/dead-letters-page.tsx'),
    'DeadLettersPage',
  ),
});

const parkedKeysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/parked-keys',
  component: lazyRouteComponent(
    () => import('./features/parked-keys/parked-keys-page.tsx'),
    'ParkedKeysPage',
  ),
});

const reconciliationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reconciliation',
  validateSearch: breaksSearch,
  component: lazyRouteComponent(
    () => import('./features/reconciliation/reconciliation-page.tsx'),
    'ReconciliationPage',
  ),
});

const healthRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/health',
  component: lazyRouteComponent(() => import('./features/health/health-page.tsx'), 'HealthPage'),
});

/** Every page of the console by its address. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    paymentsRoute,
    paymentRoute,
    orderRoute,
    deadLettersRoute,
    parkedKeysRoute,
    reconciliationRoute,
    healthRoute,
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <LoadingRows />,
  defaultErrorComponent: RouteFailure,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
