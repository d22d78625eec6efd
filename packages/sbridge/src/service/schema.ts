import type { Field } from '@sbridge/core/internal'
import type { ServiceOptions } from './fields.js'
import { type ColumnDescription, drawFieldsOf, type ModelDescription, type Operation, ROWS_IN, reads, systemNamed } from './operations.js'

/** A schema of JSON, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

const CELL: JsonSchema = { type: ['number', 'string', 'boolean', 'null'] }
const SEED: JsonSchema = {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Same seed, model and request: same bytes. Drawn, and told in the answer, when left out.'
}

/** What requests to one model may be: the service refuses what the schema of its own description refuses. */
export function requestSchema(model: ModelDescription, operation: Operation, limits: ServiceOptions): JsonSchema {
  const { maxRows } = limits
  const system = systemNamed(model.system)
  const whole = (description: string): JsonSchema => ({ type: 'integer', minimum: 1, maximum: maxRows, description })
  const rowsOf = (description: string): JsonSchema => ({
    type: 'array',
    minItems: 1,
    maxItems: maxRows,
    items: { type: 'object', additionalProperties: CELL },
    description
  })
  switch (operation) {
    case 'evaluate':
      return object(
        {
          synthetic: rowsOf('Rows to compare with those that the model learned from.'),
          quasi: { type: 'array', items: { type: 'string' }, description: 'Columns by which somebody could be recognised together.' },
          seed: SEED
        },
        ['synthetic']
      )
    case 'impute':
    case 'score': {
      const name = ROWS_IN[operation]!
      const rows = rowsOf(
        operation === 'impute'
          ? 'Rows whose gaps (null, or left out) are filled.'
          : 'Rows to score; what is null, or left out, is summed over.'
      )
      return object({ [name]: rows, ...fieldSchemas(model, limits), seed: SEED }, [name])
    }
    case 'sample': {
      const steps = reads(system, 'steps')
      return object(
        {
          rows: whole('Rows to draw; under several conditions, for each. As many as the model learned from, when left out.'),
          ...(steps ? { steps: whole('Steps to continue the series by.') } : {}),
          ...fieldSchemas(model, limits),
          seed: SEED
        },
        steps ? ['steps'] : []
      )
    }
  }
}

function object(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false }
}

function fieldSchemas(model: ModelDescription, limits: ServiceOptions): Record<string, JsonSchema> {
  const system = systemNamed(model.system)
  return Object.fromEntries(
    drawFieldsOf(system).map((field) => [field.name, field.name === 'given' ? givenSchema(field, model, limits) : schemaOf(field)])
  )
}

/** A field of the command line as a value of JSON. */
export function schemaOf(field: Field): JsonSchema {
  const value = valueSchema(field)
  const words = field.words ? { enum: [...field.words] } : undefined
  const either = words ? { anyOf: [words, value] } : value
  return { ...either, description: `${field.sentence} (${field.range}; default ${field.default})` }
}

function valueSchema(field: Field): JsonSchema {
  const bounds = {
    ...(field.minimum === undefined ? {} : { minimum: field.minimum }),
    ...(field.maximum === undefined ? {} : { maximum: field.maximum })
  }
  switch (field.kind) {
    case 'number':
    case 'integer':
      return { type: field.kind, ...bounds }
    case 'boolean':
      return { type: 'boolean' }
    case 'choice': {
      const choice = { enum: [...field.choices!] }
      return field.byColumn ? { anyOf: [choice, { type: 'object', additionalProperties: choice }] } : choice
    }
    case 'names':
      return { type: 'array', items: { type: 'string' } }
    case 'numbers':
      return { type: 'array', items: { type: 'number' } }
    case 'times':
      return { type: 'array', items: { type: ['number', 'string'] } }
    case 'pairs':
      return { type: 'object', additionalProperties: { type: 'string' } }
    case 'text':
      return field.repeatable ? { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] } : { type: 'string' }
  }
}

/** Conditions as records of cells, one or many, or as the text of the command line. */
function givenSchema(field: Field, { columns }: ModelDescription, { maxConditions }: ServiceOptions): JsonSchema {
  const condition = {
    type: 'object',
    properties: Object.fromEntries(columns.map((column) => [column.name, givenCell(column)])),
    additionalProperties: false
  }
  return {
    anyOf: [
      { type: 'string' },
      condition,
      { type: 'array', items: condition, minItems: 1, maxItems: maxConditions },
      { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: maxConditions }
    ],
    description: `${field.sentence} A record of columns; of several in a list, each is a condition. Numbers may be {"from", "to"}, categories "a|b" where one of them holds, and any cell ".." where it is not missing; or the text of --given.`
  }
}

const INTERVAL: JsonSchema = {
  type: 'object',
  properties: { from: { type: 'number' }, to: { type: 'number' } },
  minProperties: 1,
  additionalProperties: false
}

function givenCell({ kind }: ColumnDescription): JsonSchema {
  if (kind === 'number' || kind === 'integer') return { anyOf: [{ type: ['number', 'string'] }, INTERVAL] }
  return kind === 'datetime' ? { anyOf: [{ type: 'string' }, INTERVAL] } : { type: ['string', 'number', 'boolean'] }
}

/** A row of an answer. */
export function rowSchema({ columns }: ModelDescription): JsonSchema {
  return object(Object.fromEntries(columns.map((column) => [column.name, { type: [...cellTypes(column), 'null'] }])), [])
}

/** What a cell may be: columns of mixed cells and of numbers that are names are written as text. */
function cellTypes({ kind }: ColumnDescription): readonly string[] {
  if (kind === 'number' || kind === 'integer') return ['number', 'string']
  if (kind === 'boolean') return ['boolean', 'string', 'number']
  return kind === 'datetime' ? ['string'] : ['string', 'number', 'boolean']
}
