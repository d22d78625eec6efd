import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { RequestCheck } from './check.js'
import type { ServiceOptions } from './fields.js'
import { type Ask, hungUp, jsonOf, OWN_NAMES, operationIn, PROBLEM_TYPE, record, sameText, send, told } from './http.js'
import { hasEnded, type Jobs } from './jobs.js'
import { Metrics } from './metrics.js'
import { openApi } from './openapi.js'
import { type AnswerFormat, FORMATS, type ModelDescription, type Operation, type TaskPool } from './operations.js'
import type { ServicePackages } from './packages.js'
import { closing } from './pool.js'
import { problem, problemOf } from './problem.js'

/** What an application is made of. */
interface AppParts {
  readonly packages: ServicePackages
  readonly models: readonly ModelDescription[]
  readonly pool: TaskPool
  readonly jobs: Jobs
  readonly limits: ServiceOptions
  readonly token: string | undefined
  /** Whether requests are taken. */
  readonly isOpen: () => boolean
  /** Hears of mistakes, which callers are told nothing of. */
  readonly report: (detail: string) => void
}

/** The HTTP interface: routes, who may ask, how much, and in which format it is answered. */
export class ServiceApp {
  readonly #check: RequestCheck
  readonly #metrics: Metrics
  #inFlight = 0

  constructor(private readonly parts: AppParts) {
    const { packages, models, pool, limits } = parts
    this.#check = new RequestCheck(packages.ajv, new Map(models.map((model) => [model.name, model])), limits)
    this.#metrics = new Metrics(new packages.prometheus.Registry(), packages.prometheus, pool)
  }

  /** Requests that wait, run or are being sent. */
  get inFlight(): number {
    return this.#inFlight
  }

  routes(): Hono<{ Bindings: HttpBindings }> {
    const { packages, models, limits, token, jobs, isOpen } = this.parts
    const app = new packages.Hono()
    const tooLong = () =>
      this.#refusal(
        problem(413, { code: 'body-too-long', got: 'a longer request', expected: `at most ${limits.maxBody} MB`, try: 'several requests' })
      )
    app.use(packages.bodyLimit({ maxSize: Math.round(1e6 * limits.maxBody), onError: tooLong }))
    const description = openApi(models, limits, token !== undefined)
    const routes: { readonly method: string; readonly path: RegExp }[] = []
    const on = (
      method: 'GET' | 'POST' | 'DELETE',
      route: string,
      answer: (ask: Ask) => Response | Promise<Response>,
      open = false
    ): void => {
      routes.push({ method, path: new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`) })
      app.on(method, route, (ask) => this.#answered(ask, route, open, answer))
    }
    on('GET', '/healthz', (ask) => ask.text('alive\n'), true)
    on('GET', '/readyz', (ask) => (isOpen() ? ask.text('ready\n') : ask.text('ending\n', 503)), true)
    on('GET', '/metrics', async (ask) => ask.body(await this.#metrics.text(), 200, { 'content-type': this.#metrics.type }))
    on('GET', '/openapi.json', (ask) => ask.json(description))
    on('GET', '/v1/models', (ask) => ask.json(models.map(told)))
    on('GET', '/v1/models/:model', (ask) => ask.json(told(this.#check.known(ask.req.param('model')!))))
    on('POST', '/v1/models/:model/:operation', (ask) => this.#operate(ask))
    on('POST', '/v1/jobs', (ask) => this.#begin(ask))
    on('GET', '/v1/jobs/:id', (ask) => ask.json(jobs.status(ask.req.param('id')!)))
    on('DELETE', '/v1/jobs/:id', async (ask) => {
      await jobs.delete(ask.req.param('id')!)
      return ask.body(null, 204)
    })
    on('GET', '/v1/jobs/:id/events', (ask) => this.#events(ask))
    on('GET', '/v1/jobs/:id/result', async (ask) => {
      const { bytes, status } = await jobs.result(ask.req.param('id')!)
      return send(ask, { ...status, rows: status.rows!, warnings: status.warnings!, bytes }, status.format)
    })
    app.notFound((ask) =>
      this.#answered(ask as Ask, 'none', true, () => {
        const { method, path } = ask.req
        const allow = routes.filter((one) => one.path.test(path)).map((one) => one.method)
        if (allow.length > 0)
          throw problem(405, { code: 'method', got: `${method} ${path}`, expected: allow.join(' or '), try: `${allow[0]} ${path}`, allow })
        throw problem(404, {
          code: 'path-unknown',
          got: `${method} ${path}`,
          expected: 'a path of /openapi.json',
          try: 'GET /openapi.json'
        })
      })
    )
    app.onError((error) => this.#refusal(error))
    return app
  }

  /** Answers with what a route gives, or with a problem, and counts it. */
  async #answered(ask: Ask, route: string, open: boolean, answer: (ask: Ask) => Response | Promise<Response>): Promise<Response> {
    const start = performance.now()
    let response: Response
    try {
      this.#admit(ask, open)
      response = await answer(ask)
    } catch (error) {
      response = this.#refusal(error)
    }
    const { method } = ask.req
    this.#metrics.answered({ method, route, status: response.status, seconds: (performance.now() - start) / 1000 })
    return response
  }

  /** Throws `RequestError` for those who may not ask. */
  #admit(ask: Ask, open: boolean): void {
    const { token } = this.parts
    if (token === undefined && !OWN_NAMES.test(ask.req.header('host') ?? ''))
      throw problem(421, { code: 'host', got: `the name ${ask.req.header('host') ?? ''}`, expected: 'localhost', try: '--token-file' })
    if (open || token === undefined) return
    const given = /^Bearer +(\S+)$/i.exec(ask.req.header('authorization') ?? '')?.[1]
    if (given === undefined || !sameText(given, token))
      throw problem(401, {
        code: 'token',
        got: given === undefined ? 'no token' : 'another token',
        expected: 'that of the service',
        try: 'Authorization: Bearer …'
      })
  }

  #refusal(error: unknown): Response {
    const told = problemOf(error)
    if (told.status === 500) this.parts.report(String((error as Error)?.stack ?? error))
    const headers: Record<string, string> = { 'content-type': PROBLEM_TYPE }
    if (told.retryAfter !== undefined) headers['retry-after'] = String(told.retryAfter)
    if (told.allow) headers.allow = told.allow.join(', ')
    if (told.status === 401) headers['www-authenticate'] = 'Bearer'
    return new Response(`${JSON.stringify(told)}\n`, { status: told.status, headers })
  }

  async #operate(ask: Ask): Promise<Response> {
    const { pool, limits } = this.parts
    const operation = operationIn(ask.req.param('operation')!)
    const model = this.#check.model(ask.req.param('model')!, operation)
    const format = this.#format(ask, operation)
    const body = this.#check.body(model, operation, await jsonOf(ask))
    this.#enter(ask)
    const answer = await pool.run(
      { model: model.name, operation, body, format },
      // Whoever hangs up wants no answer.
      { seconds: limits.maxSeconds, lasting: false, signal: hungUp(ask) }
    )
    this.#metrics.drew(operation, answer.rows)
    return send(ask, answer, format)
  }

  /** Takes a place until the answer is sent. Throws `RequestError` (429) where there is none, 503 where the service is ending. */
  #enter(ask: Ask): void {
    const { limits, isOpen, pool } = this.parts
    if (!isOpen()) throw closing()
    if (this.#inFlight >= limits.maxInFlight) {
      const { waiting } = pool.load
      throw problem(429, {
        code: 'too-many-requests',
        got: `a request beside ${this.#inFlight}`,
        expected: `at most ${limits.maxInFlight} at once`,
        try: 'coming again',
        retryAfter: Math.max(1, Math.min(60, Math.ceil(waiting / 50)))
      })
    }
    this.#inFlight++
    let left = false
    ask.env.outgoing.once('close', () => {
      if (!left) this.#inFlight--
      left = true
    })
  }

  #format(ask: Ask, operation: Operation): AnswerFormat {
    const header = ask.req.header('accept')
    if (header === undefined) return 'json'
    const supported = operation === 'evaluate' ? (['json'] as const) : (Object.keys(FORMATS) as AnswerFormat[])
    const of = (type: string) =>
      supported.find((name) => type === '*/*' || FORMATS[name] === type || FORMATS[name].startsWith(type.replace(/\*$/, '')))
    const type = this.parts.packages.accepts(ask, {
      header: 'Accept',
      supports: [...supported],
      default: '',
      match: (asked) =>
        asked
          .filter(({ q }) => q > 0)
          .sort((one, other) => other.q - one.q)
          .map(({ type }) => of(type))
          .find((found) => found) ?? ''
    })
    if (type !== '') return type as AnswerFormat
    throw problem(406, {
      code: 'format',
      got: header.slice(0, 100),
      expected: supported.map((name) => FORMATS[name]).join(', '),
      try: 'Accept: application/json'
    })
  }

  async #begin(ask: Ask): Promise<Response> {
    const asked = await jsonOf(ask)
    const { model: name, operation: word, format = 'json', request, ...more } = record(asked)
    const operation = operationIn(String(word))
    const model = this.#check.model(String(name), operation)
    const [unknown] = Object.keys(more)
    if (unknown !== undefined)
      throw problem(422, {
        code: 'property-unknown',
        got: `${unknown} in the request`,
        expected: 'model, operation, format, request',
        try: 'GET /openapi.json'
      })
    const formats = operation === 'evaluate' ? ['json'] : Object.keys(FORMATS)
    if (typeof format !== 'string' || !formats.includes(format))
      throw problem(422, {
        code: 'schema',
        got: `format = ${JSON.stringify(format)}`,
        expected: formats.join(', '),
        try: 'GET /openapi.json'
      })
    const body = this.#check.body(model, operation, request)
    if (!this.parts.isOpen()) throw closing()
    const status = await this.parts.jobs.begin({ model: model.name, operation, body, format: format as AnswerFormat })
    return ask.json(status, 202, { location: `/v1/jobs/${status.id}` })
  }

  #events(ask: Ask): Response {
    const { jobs, packages } = this.parts
    const id = ask.req.param('id')!
    const first = jobs.status(id)
    return packages.streamSSE(ask, async (stream) => {
      let silent = () => {}
      const over = new Promise<void>((resolve) => {
        const tell = async (status: ReturnType<Jobs['status']>): Promise<void> => {
          await stream.writeSSE({ event: status.state, data: JSON.stringify(status) })
          if (hasEnded(status)) resolve()
        }
        stream.onAbort(resolve)
        if (!hasEnded(first)) silent = jobs.listen(id, (status) => void tell(status))
        void tell(first)
      })
      await over
      silent()
    })
  }
}
