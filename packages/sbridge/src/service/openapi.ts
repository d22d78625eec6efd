import { VERSION } from '../version.js'
import type { ServiceOptions } from './fields.js'
import { FORMATS, type ModelDescription, type Operation, operationsOf } from './operations.js'
import { type JsonSchema, requestSchema, rowSchema } from './schema.js'

const SENTENCES: Readonly<Record<Operation, string>> = {
  sample: 'Draws rows, under what is known of them where something is.',
  impute: 'Fills the gaps of rows, and nothing else.',
  score: 'Says how probable rows are and how far out they lie.',
  evaluate: 'Measures how well rows follow those that the model learned from; every measure stands beside its floor.'
}

const text: JsonSchema = { type: 'string' }
const number: JsonSchema = { type: 'number' }
const whole: JsonSchema = { type: 'integer' }
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })
const json = (schema: JsonSchema) => ({ 'application/json': { schema } })
const described = (description: string, content?: object) => ({ description, ...(content ? { content } : {}) })

const PROBLEM: JsonSchema = {
  type: 'object',
  properties: {
    status: whole,
    title: text,
    code: text,
    got: text,
    expected: text,
    try: text,
    allow: { type: 'array', items: text },
    retryAfter: number
  },
  required: ['status', 'title', 'code']
}
const WARNINGS: JsonSchema = {
  type: 'array',
  items: { type: 'object', properties: { name: text, message: text }, required: ['name', 'message'] }
}
const JOB: JsonSchema = {
  type: 'object',
  properties: {
    id: text,
    model: text,
    operation: text,
    format: text,
    state: { enum: ['waiting', 'running', 'done', 'failed', 'cancelled'] },
    stage: text,
    share: { type: 'number', minimum: 0, maximum: 1 },
    created: text,
    ended: text,
    rows: whole,
    seed: whole,
    warnings: WARNINGS,
    problem: ref('Problem')
  },
  required: ['id', 'model', 'operation', 'format', 'state', 'share', 'created']
}
const MODEL: JsonSchema = {
  type: 'object',
  properties: {
    name: text,
    kind: text,
    rows: whole,
    series: whole,
    operations: { type: 'array', items: text },
    columns: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: text, kind: text, levels: { type: 'array', items: text } },
        required: ['name', 'kind']
      }
    }
  },
  required: ['name', 'kind', 'rows', 'operations', 'columns']
}

const REFUSALS: Readonly<Record<string, string>> = {
  400: 'Malformed JSON.',
  401: 'No token, or a wrong one.',
  406: 'No such format of answers.',
  413: 'A request that is too long.',
  415: 'A request that is not JSON.',
  422: 'What the schema or the model refuses: got, expected, try.',
  429: 'Too much at once: Retry-After says when to come again.',
  503: 'Too long, or the service is ending.'
}
const refusals = Object.fromEntries(
  Object.entries(REFUSALS).map(([status, words]) => [status, described(words, { 'application/problem+json': { schema: ref('Problem') } })])
)

/** The name of a schema of a model, of which components allow letters, digits and `._-`. */
const component = (model: string, what: string): string => `${model.replace(/[^\w.-]/g, '_')}.${what}`

/** The OpenAPI 3.1 description of a service with these models: made of the fields that the command line is made of. */
export function openApi(models: readonly ModelDescription[], limits: ServiceOptions, secured: boolean): object {
  const each = models.flatMap((model) => operationsOf(model).map((operation) => ({ model, operation })))
  return {
    openapi: '3.1.0',
    info: { title: 'sbridge', version: VERSION, description: 'New rows of the same distribution, from fitted models.' },
    ...(secured ? { security: [{ token: [] }] } : {}),
    paths: {
      '/healthz': { get: { ...plain('Whether the process lives.'), security: [] } },
      '/readyz': { get: { ...plain('Whether requests are taken.'), security: [] } },
      '/metrics': { get: plain('Counts and times for Prometheus.') },
      '/openapi.json': { get: { summary: 'This description.', responses: { 200: described('OpenAPI 3.1.', json({ type: 'object' })) } } },
      '/v1/models': {
        get: {
          summary: 'The models.',
          responses: { 200: described('All models.', json({ type: 'array', items: ref('Model') })), ...refusals }
        }
      },
      ...Object.fromEntries(
        models.map(({ name }) => [
          `/v1/models/${encodeURIComponent(name)}`,
          { get: { summary: 'A model.', responses: { 200: described('The model.', json(ref('Model'))), ...refusals } } }
        ])
      ),
      ...Object.fromEntries(
        each.map(({ model, operation }) => [
          `/v1/models/${encodeURIComponent(model.name)}/${operation}`,
          {
            post: {
              summary: SENTENCES[operation],
              requestBody: { required: true, content: json(ref(component(model.name, operation))) },
              responses: { 200: described('The answer.', answers(model, operation)), ...refusals }
            }
          }
        ])
      ),
      ...jobPaths()
    },
    components: {
      ...(secured ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
      schemas: {
        Problem: PROBLEM,
        Job: JOB,
        Model: MODEL,
        JobRequest: jobSchema(each, limits),
        ...Object.fromEntries(models.map((model) => [component(model.name, 'row'), rowSchema(model)])),
        ...Object.fromEntries(
          each.map(({ model, operation }) => [component(model.name, operation), requestSchema(model, operation, limits)])
        )
      }
    }
  }
}

function plain(summary: string): object {
  return { summary, responses: { 200: described(summary, { 'text/plain': { schema: text } }) } }
}

function answers(model: ModelDescription, operation: Operation): object {
  if (operation === 'evaluate') return json({ type: 'object' })
  const rows = ref(component(model.name, 'row'))
  // Series and trajectories have columns besides those of their table.
  const row = model.system === 'tables' ? rows : { type: 'object' }
  const answer = {
    type: 'object',
    properties: { rows: { type: 'array', items: row }, seed: whole, warnings: WARNINGS },
    required: ['rows', 'seed', 'warnings']
  }
  return {
    ...json(answer),
    [FORMATS.ndjson]: { schema: text },
    [FORMATS.csv]: { schema: text },
    [FORMATS.arrow]: { schema: { type: 'string', contentMediaType: FORMATS.arrow } }
  }
}

/** A job: what is asked, of which model, in which format. */
function jobSchema(
  each: readonly { readonly model: ModelDescription; readonly operation: Operation }[],
  limits: ServiceOptions
): JsonSchema {
  return {
    anyOf: each.map(({ model, operation }) => ({
      type: 'object',
      properties: {
        model: { const: model.name },
        operation: { const: operation },
        format: { enum: operation === 'evaluate' ? ['json'] : Object.keys(FORMATS) },
        request: requestSchema(model, operation, limits)
      },
      required: ['model', 'operation', 'request'],
      additionalProperties: false
    }))
  }
}

function jobPaths(): object {
  const id = [{ name: 'id', in: 'path', required: true, schema: text }]
  const unknown = { 404: described('No such job.', { 'application/problem+json': { schema: ref('Problem') } }) }
  const status = { 200: described('The job.', json(ref('Job'))), ...unknown }
  return {
    '/v1/jobs': {
      post: {
        summary: 'Begins work that outlasts its request.',
        requestBody: { required: true, content: json(ref('JobRequest')) },
        responses: { 202: described('Begun; Location says where it is told of.', json(ref('Job'))), ...refusals }
      }
    },
    '/v1/jobs/{id}': {
      get: { summary: 'How a job goes.', parameters: id, responses: status },
      delete: { summary: 'Ends a job and forgets its result.', parameters: id, responses: { 204: described('Gone.'), ...unknown } }
    },
    '/v1/jobs/{id}/events': {
      get: {
        summary: 'How a job goes, as server-sent events, until it has ended.',
        parameters: id,
        responses: { 200: described('Events.', { 'text/event-stream': { schema: text } }), ...unknown }
      }
    },
    '/v1/jobs/{id}/result': {
      get: {
        summary: 'What came of a job.',
        parameters: id,
        responses: { 200: described('The answer, in the format of the job.'), ...unknown }
      }
    }
  }
}
