import { type ImputationModel, SYSTEMS } from '@sbridge/core'
import type { ImputationRequest } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { readTable } from '../format/table-file.js'
import { readFields } from './add-fields.js'
import { readingFields } from './fields.js'
import type { Run } from './options.js'
import { type Ready, readyOf, requestOf, rowsMissing, type Source, sourceOf, tooManyInputs } from './source.js'

const { imputation } = SYSTEMS

interface Filling {
  /** A table with gaps, or a model. */
  readonly input: string
  /** The rows that a model fills. */
  readonly rows: string | undefined
  readonly flags: Readonly<Record<string, unknown>>
  readonly run: Run
}

/** What gaps are filled from, yet unread, and how. Throws `InputError` for what the model or the fit cannot honour. */
export async function sourceToFill({
  input,
  rows,
  flags,
  run
}: Filling): Promise<{ readonly source: Source; readonly asked: ImputationRequest }> {
  const source = await sourceOf(imputation, input, {
    flags,
    run,
    also: ['model', 'report'],
    but: readingFields.map(({ name }) => name),
    rows: true
  })
  if ('path' in source !== (rows === undefined))
    throw rows === undefined ? rowsMissing('impute', input) : tooManyInputs('impute', input, rows)
  const asked: ImputationRequest = { ...readFields(imputation.fields.draw, flags), seed: run.seed }
  await requestOf(imputation, source, asked)
  return { source, asked }
}

interface Asked extends Pick<Filling, 'rows' | 'flags'> {
  readonly source: Source
  readonly asked: ImputationRequest
}

/** The model or the table, and the request with the rows to fill: those of the table itself, or of another file. */
export async function readToFill(
  { source, rows, flags, asked }: Asked,
  context: Parameters<typeof readyOf>[2]['context']
): Promise<{ ready: Ready<ImputationModel>; request: ImputationRequest & { readonly fill: RawTable } }> {
  const ready = await readyOf<ImputationModel>(imputation, source, { context, request: asked })
  const fill = 'input' in ready && rows === undefined ? ready.input : await readTable(rows!, readFields(readingFields, flags))
  return { ready, request: { ...asked, fill } }
}
