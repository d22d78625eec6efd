import { parseTable, tableFormatOf } from '../../../sbridge/src/format/table-format.js'
import type { FromDiffusionMap, ToDiffusionMap } from './diffusion-map-messages.js'
import { tableFacts } from './facts.js'
import { faultOf } from './fault.js'

export class DiffusionMapWork {
  readonly #say: (message: FromDiffusionMap) => void

  constructor(say: (message: FromDiffusionMap) => void) {
    this.#say = say
  }

  async handle(message: ToDiffusionMap): Promise<void> {
    try {
      await this.#open(message)
    } catch (error) {
      this.#say({ kind: 'refused', during: 'open', fault: faultOf(error) })
    }
  }

  async #open({ blob, name }: ToDiffusionMap): Promise<void> {
    const raw = await parseTable(new Uint8Array(await blob.arrayBuffer()), tableFormatOf(name), { source: name })
    this.#say({ kind: 'opened', facts: tableFacts(raw, {}) })
  }
}
