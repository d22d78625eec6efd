import { parseTable, tableFormatOf } from '../../../sbridge/src/format/table-format.js'
import { tableFacts } from './facts.js'
import { faultOf } from './fault.js'
import type { FromTrajectories, ToTrajectories } from './trajectories-messages.js'

export class TrajectoriesWork {
  readonly #say: (message: FromTrajectories) => void

  constructor(say: (message: FromTrajectories) => void) {
    this.#say = say
  }

  async handle(message: ToTrajectories): Promise<void> {
    try {
      await this.#open(message)
    } catch (error) {
      this.#say({ kind: 'refused', during: 'open', fault: faultOf(error) })
    }
  }

  async #open({ blob, name }: ToTrajectories): Promise<void> {
    const raw = await parseTable(new Uint8Array(await blob.arrayBuffer()), tableFormatOf(name), { source: name })
    this.#say({ kind: 'opened', facts: tableFacts(raw, {}) })
  }
}
