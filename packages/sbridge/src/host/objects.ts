import { createHash } from 'node:crypto'
import { FormatError, InputError } from '@sbridge/core'
import { withPackage } from './optional-package.js'

/** What is used of `aws4fetch`. */
interface Client {
  fetch(
    url: string,
    request: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body?: Uint8Array }
  ): Promise<Response>
}

interface Driver {
  readonly AwsClient: new (options: object) => Client
}

const PACKAGE = 'aws4fetch'
/** How often a request is sent again that the store was too busy for: it waits up to 50 ms, then twice as long each time. */
const RETRIES = 5

/** Whether a name is that of an object in a store of objects, as S3 has them: a file that is elsewhere. */
export const isObject = (name: string): boolean => /^s3:\/\//i.test(name)

/**
 * Asks for what a store of objects takes: the package, a bucket and a key in the name, and credentials in the environment,
 * before anything is computed. Throws `EngineError` (code `package-missing`), `InputError` (codes `object-name`, `credentials-missing`).
 */
export async function readyForObject(name: string): Promise<{ readonly client: Client; readonly url: string }> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(name) ?? []
  if (bucket === undefined || key === undefined || key.endsWith('/'))
    throw new InputError({ code: 'object-name', got: `the name ${name}`, expected: 's3://BUCKET/KEY', try: 's3://shop/orders.parquet' })
  const environment = process.env
  const [accessKeyId, secretAccessKey] = [environment.AWS_ACCESS_KEY_ID, environment.AWS_SECRET_ACCESS_KEY]
  if (!accessKeyId || !secretAccessKey)
    throw new InputError({
      code: 'credentials-missing',
      got: `${name} without credentials`,
      expected: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment',
      try: 'setting both, and AWS_REGION or AWS_ENDPOINT_URL for a store elsewhere'
    })
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1'
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || `https://s3.${region}.amazonaws.com`
  // No literal: the compiler and the bundler are not to look for a package that few install.
  const found: string = PACKAGE
  const { AwsClient } = (await withPackage(found, () => import(found))) as Driver
  const sessionToken = environment.AWS_SESSION_TOKEN || undefined
  const client = new AwsClient({ accessKeyId, secretAccessKey, sessionToken, service: 's3', region, retries: RETRIES })
  const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/')
  return { client, url: `${endpoint.replace(/\/+$/, '')}/${path}` }
}

/** The bytes of an object. Throws `FormatError` where there is none, or it cannot be had to its end, and what `readyForObject` throws. */
export async function readObject(name: string): Promise<Uint8Array> {
  const response = await asked(name, 'GET')
  if (response.ok) return new Uint8Array(await response.arrayBuffer().catch(lost(name)))
  const { code, message } = await refusalIn(response)
  if (response.status === 404)
    throw new FormatError({
      code: 'file-missing',
      got: `${name}, which does not exist (${code})`,
      expected: 'an object that you may read',
      try: 'checking bucket, key and AWS_ENDPOINT_URL'
    })
  throw unreadable(name, { code, message })
}

const unreadable = (name: string, { code, message }: { readonly code: string; readonly message: string }): FormatError =>
  new FormatError({
    code: 'file-unreadable',
    got: `${name}, which cannot be read (${code}: ${message})`,
    expected: 'an object that you may read',
    try: 'checking the credentials in the environment, and what they allow'
  })

/** Writes an object, which is there whole or as it was before. Throws `InputError` where that is refused, `FormatError` where the store is lost. */
export async function writeObject(name: string, body: Uint8Array): Promise<void> {
  const response = await asked(name, 'PUT', body)
  if (response.ok) return
  const { code, message } = await refusalIn(response)
  throw new InputError({
    code: response.status === 403 ? 'output-not-allowed' : 'output-failed',
    got: `the output ${name}: ${code}: ${message}`,
    expected: 'a bucket that you may write to; nothing was written',
    try: 'checking the bucket, the credentials in the environment, and what they allow'
  })
}

/** Objects whose names begin with that of a folder and a slash, by what follows, and their lengths in bytes. Throws as `readObject` does. */
export async function objectsIn(folder: string): Promise<{ readonly name: string; readonly bytes: number }[]> {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/i.exec(folder) ?? []
  const prefix = key === '' ? '' : `${key}/`
  const found: { name: string; bytes: number }[] = []
  let token = ''
  do {
    const query = new URLSearchParams({ 'list-type': '2', 'encoding-type': 'url', delimiter: '/', prefix })
    if (token) query.set('continuation-token', token)
    const response = await asked(`s3://${bucket}/.`, 'GET', undefined, `?${query}`)
    if (!response.ok) throw unreadable(folder, await refusalIn(response))
    const text = await response.text().catch(lost(folder))
    for (const [one] of text.matchAll(/<Contents>.*?<\/Contents>/gs)) {
      const name = decodeURIComponent(saidIn(one, 'Key')!.replaceAll('+', ' '))
      found.push({ name: name.slice(prefix.length), bytes: Number(saidIn(one, 'Size')) })
    }
    token = saidIn(text, 'NextContinuationToken') ?? ''
  } while (token)
  return found
}

/** What is not an object but a request of the bucket ends in `query`. */
async function asked(name: string, method: string, body?: Uint8Array, query?: string): Promise<Response> {
  const { client, url: place } = await readyForObject(name)
  const url = query === undefined ? place : `${place.slice(0, -2)}/${query}`
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex')
  const headers = { 'x-amz-content-sha256': hash }
  return client.fetch(url, { method, headers, ...(body ? { body } : {}) }).catch(lost(name))
}

/** What a store says in XML. */
async function refusalIn(response: Response): Promise<{ readonly code: string; readonly message: string }> {
  const text = await response.text().catch(() => '')
  return { code: saidIn(text, 'Code') ?? String(response.status), message: saidIn(text, 'Message') ?? response.statusText }
}

const saidIn = (text: string, tag: string): string | undefined => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1]

const lost =
  (name: string) =>
  (error: unknown): never => {
    const { message, cause } = error as Error
    const reason = cause instanceof Error ? cause.message || (cause as { readonly code?: string }).code : message
    throw new FormatError({
      code: 'object-unreachable',
      got: `${name}, whose store cannot be reached or was lost (${reason})`,
      expected: 'a store that answers until the end; nothing was written',
      try: 'checking AWS_ENDPOINT_URL and AWS_REGION, and the network'
    })
  }
