import { listed } from '@sbridge/core/internal'
import type { ErrorObject, ValidateFunction } from 'ajv'
import type { ServiceOptions } from './fields.js'
import { conditionsOf, type ModelDescription, type Operation, operationsOf, rowsOf, type Task } from './operations.js'
import { problem } from './problem.js'
import { requestSchema } from './schema.js'

/** What is used of `ajv/dist/2020.js`. */
export interface Validators {
  compile(schema: object): ValidateFunction
}

type Body = Task['body']

/** Checks requests against the very schemas that the service describes itself by, and against its limits. */
export class RequestCheck {
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(
    ajv: Validators,
    private readonly models: ReadonlyMap<string, ModelDescription>,
    private readonly limits: ServiceOptions
  ) {
    for (const model of models.values())
      for (const operation of operationsOf(model))
        this.#validators.set(`${operation} ${model.name}`, ajv.compile(requestSchema(model, operation, limits)))
  }

  /** Throws `RequestError` (404) for a model that is not there. */
  known(name: string): ModelDescription {
    const model = this.models.get(name)
    if (model) return model
    const known = Array.from(this.models.keys()).join(', ')
    throw problem(404, { code: 'model-unknown', got: `the model ${name}`, expected: known, try: 'GET /v1/models' })
  }

  /** The same, and for one that has no such operation. */
  model(name: string, operation: Operation): ModelDescription {
    const model = this.known(name)
    const operations = operationsOf(model)
    if (!operations.includes(operation))
      throw problem(404, {
        code: 'operation-unknown',
        got: `${operation} of ${name}, a model of kind ${model.kind}`,
        expected: operations.join(', '),
        try: 'GET /v1/models'
      })
    return model
  }

  /** Throws `RequestError` (422) for what the schema refuses, and for more than the limits. */
  body(model: ModelDescription, operation: Operation, body: unknown): Body {
    const validate = this.#validators.get(`${operation} ${model.name}`)!
    if (!validate(body)) throw problem(422, refusal(validate.errors!, body))
    const asked = body as Body
    const { maxRows, maxConditions } = this.limits
    const conditions = conditionsOf(asked.given)
    if (conditions > maxConditions) throw tooMany('conditions', `${conditions} conditions`, maxConditions)
    const rows = rowsOf({ operation, body: asked }, model)
    if (rows > maxRows) throw tooMany('rows', `${rows} rows`, maxRows)
    return asked
  }
}

const tooMany = (what: string, got: string, most: number) =>
  problem(422, {
    code: `too-many-${what}`,
    got,
    expected: `at most ${most} a request`,
    try: 'several requests, each with a seed of its own'
  })

/** The error of the deepest place: of a value that may be one of several things, those that it is not at all say little. */
function refusal(errors: readonly ErrorObject[], body: unknown): { code: string; got: string; expected: string; try: string } {
  const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length
  // Of two at one place, a name that nobody knows says more than that another kind of value would do as well.
  const weight = (error: ErrorObject) => 2 * depth(error) + (error.keyword === 'additionalProperties' ? 1 : 0)
  const all = errors.filter(({ keyword }) => keyword !== 'anyOf')
  const worst = all.reduce((one, other) => (weight(other) > weight(one) ? other : one), all[0]!)
  const { instancePath, keyword, params, message, parentSchema } = worst
  const unknown = (params as { readonly additionalProperty?: string }).additionalProperty
  const allowed = (params as { readonly allowedValues?: readonly unknown[] }).allowedValues
  const place = instancePath === '' ? 'the request' : instancePath.slice(1).replaceAll('/', '.')
  if (keyword === 'additionalProperties')
    return { code: 'property-unknown', got: `${unknown} in ${place}`, expected: namesIn(parentSchema), try: 'GET /openapi.json' }
  const expected = allowed ? allowed.join(', ') : (message ?? 'what the schema says')
  return { code: 'schema', got: `${place} = ${short(valueAt(body, instancePath))}`, expected, try: 'GET /openapi.json' }
}

/** The names that a place of a request may have. */
function namesIn(schema: ErrorObject['parentSchema']): string {
  const names = Object.keys((schema as { readonly properties?: object } | undefined)?.properties ?? {})
  return names.length === 0 ? 'what the schema names' : `one of ${listed(names)}`
}

function valueAt(body: unknown, pointer: string): unknown {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], body)
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`
}
