import type { getRequestListener, HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { accepts } from 'hono/accepts'
import type { bodyLimit } from 'hono/body-limit'
import type { streamSSE } from 'hono/streaming'
import { withPackage } from '../host/optional-package.js'
import type { Validators } from './check.js'

/** The libraries of the service. */
export interface ServicePackages {
  readonly Hono: typeof Hono<{ Bindings: HttpBindings }>
  readonly accepts: typeof accepts
  readonly bodyLimit: typeof bodyLimit
  readonly streamSSE: typeof streamSSE
  readonly getRequestListener: typeof getRequestListener
  readonly prometheus: typeof import('prom-client')
  readonly ajv: Validators
}

/** Throws `EngineError` (code `package-missing`) where they are not installed. */
export function servicePackages(): Promise<ServicePackages> {
  return withPackage('hono @hono/node-server ajv prom-client', async () => {
    const [{ Hono }, { accepts }, { bodyLimit }, { streamSSE }, { getRequestListener }, prometheus, { Ajv2020 }] = await Promise.all([
      import('hono'),
      import('hono/accepts'),
      import('hono/body-limit'),
      import('hono/streaming'),
      import('@hono/node-server'),
      import('prom-client'),
      import('ajv/dist/2020.js')
    ])
    return {
      Hono,
      accepts,
      bodyLimit,
      streamSSE,
      getRequestListener,
      prometheus: prometheus.default,
      ajv: new Ajv2020({ allowUnionTypes: true, verbose: true })
    }
  })
}
