import { existsSync } from 'node:fs'
import { FormatError, InputError, type LikelihoodModule } from '@sbridge/core'
import type { Host } from '@sbridge/core/internal'
import { readTable } from '../format/table-file.js'
import { fileNetworks } from '../latent-onnx.js'
import { fakerPeople } from './people.js'
import { importUserModule } from './user-module.js'

/** What options may name on this machine: tables, modules, networks. */
export const fileHost: Host = {
  table: readTable,
  likelihood: likelihoodIn,
  reference: referenceIn,
  networks: fileNetworks,
  people: fakerPeople
}

async function likelihoodIn(path: string): Promise<LikelihoodModule> {
  const unusable = (got: string): InputError =>
    new InputError({
      code: 'likelihood-module',
      got: `the likelihood ${path}, ${got}`,
      expected: 'a module that exports logLikelihood(row)',
      try: 'export function logLikelihood(row) { … }'
    })
  if (!existsSync(path)) throw unusable('which cannot be read')
  const found = await importUserModule(path).catch((error: unknown) => {
    throw unusable(`which cannot be loaded (${error instanceof Error ? error.message : String(error)})`)
  })
  const all = typeof found.default === 'object' && found.default !== null ? { ...(found.default as object), ...found } : found
  const { logLikelihood, gradient } = all as Record<string, unknown>
  if (typeof logLikelihood !== 'function') throw unusable('which exports no function logLikelihood')
  if (gradient !== undefined && typeof gradient !== 'function') throw unusable('whose gradient is no function')
  return { logLikelihood, ...(gradient ? { gradient } : {}) } as LikelihoodModule
}

async function referenceIn(path: string): Promise<unknown> {
  if (!existsSync(path))
    throw new FormatError({
      code: 'file-missing',
      got: `${path}, which does not exist`,
      expected: 'a JavaScript module',
      try: 'checking the path'
    })
  const loaded = await importUserModule(path).catch((error: unknown) => {
    throw new InputError({
      code: 'module-unusable',
      got: `${path}, which cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      expected: 'an ES module',
      try: 'running it with node first'
    })
  })
  return loaded.default ?? loaded
}
