import { computed, signal } from '@preact/signals'
import type { Show, SystemShape } from '../work/protocol.js'
import { withReading } from './elsewhere.js'
import { undo } from './history.js'
import { type Job, type JobRules, jobOf } from './job.js'
import { type Fault, opening, refuse, said, tell } from './page.js'
import { checkColumns, same } from './sheet.js'
import { type TableRules, type Tables, tablesOf, type Why } from './tables.js'

/** What one activity on a table knows that the others do not. */
export interface SessionRules<S extends object, A extends SystemShape>
  extends Omit<TableRules<S>, 'taken' | 'changed'>,
    Pick<JobRules<A>, 'began' | 'running' | 'interim' | 'cleared'> {
  readonly name: TableRules<S>['name']
  /** How the table is to be read, what of it is looked at, and what is to be run: as the settings say. */
  readonly choice: () => A['choice']
  readonly look: () => A['look']
  readonly wanted: () => A['run']
  readonly words: {
    readonly opened: (facts: A['facts']) => string
    readonly running: string
    readonly done: (result: A['result'], run: A['run']) => string
  }
  readonly commandOf: (file: string, run: A['run']) => string
  readonly codeOf: (file: string, run: A['run']) => string
  readonly changed?: (before: S, why: Why) => void
  /** Tells what of settings that an address brought makes no sense with the table. */
  readonly check?: (tell: (fault: Fault) => void) => void
  readonly done?: () => void
  /** Another table, or none, is open. */
  readonly another?: () => void
  /** Chains of a run that was stopped are shown no more. */
  readonly forgotten?: () => void
}

export type Session<S extends object, A extends SystemShape> = ReturnType<typeof sessionOf<S, A>>

/** One activity on a table: the table and settings, what is said of it, a picture, and one job. */
export function sessionOf<S extends object, A extends SystemShape>(rules: SessionRules<S, A>) {
  const facts = signal<A['facts'] | null>(null)
  const picture = signal<A['picture'] | null>(null)
  let choice: A['choice']
  let look: A['look']

  const sendLook = (): void => {
    look = rules.look()
    job.send({ kind: 'look', look })
  }
  const sendTable = (): void => {
    const held = tables.held()
    choice = rules.choice()
    if (held) job.send({ kind: 'open', blob: held.blob, name: held.source.name, read: held.read ?? {}, choice })
  }
  const check = (): void => {
    checkColumns(rules.sheet, tables.settings.value, facts.value!.columns, tell)
    rules.check?.(tell)
  }
  const run = (show: Show = 'play'): void => {
    if (facts.value) job.run(rules.wanted(), show)
  }
  const job: Job<A> = jobOf<A>({
    ...rules,
    running(show) {
      said.value = show === 'play' ? rules.words.running : ''
      rules.running?.(show)
    },
    restarted: () => {
      rules.forgotten?.()
      sendTable()
    },
    again: () => run('morph'),
    done(result, seconds) {
      said.value = `${rules.words.done(result, job.shown.value!)} in ${seconds.toFixed(1)} seconds`
      rules.done?.()
    },
    told(message) {
      if (message.kind === 'picture') picture.value = message.picture
      if (message.kind === 'opened') {
        opening.value = false
        const first = !facts.value
        facts.value = message.facts
        if (first) {
          said.value = `${tables.source.value!.name}: ${rules.words.opened(message.facts)}`
          check()
        }
        sendLook()
      }
      if (message.kind === 'refused') {
        if (message.during === 'open') return tables.unusable(message.fault)
        // The choice that was refused is taken back.
        if (message.during === 'choose') undo(rules.name)
        refuse(message.fault)
      }
    }
  })
  const tables: Tables<S> = tablesOf<S>({
    ...rules,
    taken() {
      job.end()
      facts.value = null
      picture.value = null
      job.clear()
      rules.another?.()
      sendTable()
    },
    changed(before, why) {
      if (!same(choice, rules.choice())) {
        job.clear()
        rules.forgotten?.()
        if (job.busy()) {
          job.end()
          sendTable()
        } else {
          choice = rules.choice()
          job.send({ kind: 'choose', choice })
        }
      } else if (facts.value && !same(look, rules.look())) sendLook()
      if (why === 'led' && facts.value) check()
      rules.changed?.(before, why)
    }
  })
  const { source } = tables
  const { shown } = job
  /** A run with how its file is read, as a command line has it. */
  const reread = (run: A['run']): A['run'] => ({ ...run, fit: { ...run.fit, ...tables.reading.value } })
  const elsewhere = (write: (file: string, run: A['run']) => string) =>
    computed(() => (shown.value !== null && source.value ? write(source.value.name, shown.value) : ''))
  return {
    ...tables,
    ...job,
    facts,
    picture,
    /** Whether the settings have moved on from what the screen shows. */
    outdated: computed(() => shown.value !== null && facts.value !== null && !same(rules.wanted(), shown.value)),
    /** How to get what the screen shows elsewhere. */
    command: elsewhere((file, run) => rules.commandOf(file, reread(run))),
    code: elsewhere((file, run) => withReading(rules.codeOf(file, run), tables.reading.value)),
    reread,
    run,
    save: (file: A['file']): void => job.send({ kind: 'save', file }),
    sendLook
  }
}
