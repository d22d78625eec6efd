import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { type Answer, type AnswerFormat, FORMATS, type ModelDescription, OPERATIONS, type Operation, operationsOf } from './operations.js'
import { problem } from './problem.js'

export type Ask = Context<{ Bindings: HttpBindings }>

/** Names under which a service that asks for no token may be asked: others would be a page elsewhere reaching in. */
export const OWN_NAMES = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

export const PROBLEM_TYPE = 'application/problem+json'

export const told = (model: ModelDescription) => {
  const { system: _, ...rest } = model
  return { ...rest, operations: operationsOf(model) }
}

export function operationIn(word: string): Operation {
  if ((OPERATIONS as readonly string[]).includes(word)) return word as Operation
  throw problem(404, {
    code: 'operation-unknown',
    got: `the operation ${word.slice(0, 100)}`,
    expected: OPERATIONS.join(', '),
    try: 'GET /openapi.json'
  })
}

/** The body of a request. Throws `RequestError`: 415 for another type, which a page of elsewhere could send, 400 for what is no JSON. */
export async function jsonOf(ask: Ask): Promise<unknown> {
  const type = ask.req.header('content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw problem(415, {
      code: 'content-type',
      got: type === '' ? 'no Content-Type' : type.slice(0, 100),
      expected: 'application/json',
      try: 'Content-Type: application/json'
    })
  const text = await ask.req.text()
  try {
    return JSON.parse(text)
  } catch (error) {
    throw problem(400, {
      code: 'json',
      got: (error as Error).message.slice(0, 200),
      expected: 'one JSON object',
      try: 'checking quotes and commas'
    })
  }
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw problem(422, { code: 'schema', got: JSON.stringify(value).slice(0, 80), expected: 'an object', try: 'GET /openapi.json' })
}

/** Set when the connection ends before its answer is sent. */
export function hungUp(ask: Ask): AbortSignal {
  const { outgoing } = ask.env
  const controller = new AbortController()
  outgoing.once('close', () => outgoing.writableFinished || controller.abort())
  return controller.signal
}

/** What is not in the bytes of a table is said in headers. */
export function send(ask: Ask, { bytes, rows, seed, warnings }: Answer, format: AnswerFormat): Response {
  const headers: Record<string, string> = { 'content-type': FORMATS[format], 'sbridge-rows': String(rows) }
  if (seed !== undefined) headers['sbridge-seed'] = String(seed)
  if (warnings.length > 0) headers['sbridge-warnings'] = encodeURIComponent(warnings.map(({ name }) => name).join(','))
  return ask.body(bytes as Uint8Array<ArrayBuffer>, 200, headers)
}

/** Compares in a time that tells nothing of where texts differ, nor of their length. */
export function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
