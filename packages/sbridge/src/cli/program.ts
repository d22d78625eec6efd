import { Command } from '@commander-js/extra-typings'
import { VERSION } from '../version.js'

interface Verb {
  readonly description: string
  /** What gives the verb its arguments, options and work: loaded when it is asked for, so that nobody waits for the others. */
  readonly load: () => Promise<(verb: Command) => void>
}

const VERBS: Readonly<Record<string, Verb>> = {
  sample: {
    description: 'Draws new rows: fits the model first when given a table.',
    load: async () => (await import('../commands/sample.js')).sampleVerb
  },
  fit: {
    description: 'Fits a model to a table and writes it as one self-describing file.',
    load: async () => (await import('../commands/fit.js')).fitVerb
  },
  info: {
    description: 'Says what is in a model or a table; `info --options` lists every option.',
    load: async () => (await import('../commands/info.js')).infoVerb
  },
  evaluate: {
    description: 'Measures how well synthetic rows follow real ones, every measure beside its floor.',
    load: async () => (await import('../commands/evaluate.js')).evaluateVerb
  },
  impute: {
    description: 'Fills what is missing in a table, and nothing else; with a model file, in new rows.',
    load: async () => (await import('../commands/impute.js')).imputeVerb
  },
  score: {
    description: 'How probable rows are: log-density, gradient, denoised row, and how far out each lies.',
    load: async () => (await import('../commands/score.js')).scoreVerb
  },
  embed: {
    description: 'Diffusion-map coordinates of the rows of a table; with a model file, of new rows.',
    load: async () => (await import('../commands/embed.js')).embedVerb
  },
  lift: {
    description: 'Rows at diffusion-map coordinates: the way back from `embed`.',
    load: async () => (await import('../commands/lift.js')).liftVerb
  },
  forecast: {
    description: 'Continues a series: learns the law of the next row given the last ones, and draws an ensemble of trajectories.',
    load: async () => (await import('../commands/forecast.js')).forecastVerb
  },
  trajectories: {
    description: 'Whole trajectories through snapshots of unpaired particles, under reference dynamics that are learned.',
    load: async () => (await import('../commands/trajectories.js')).trajectoriesVerb
  },
  shards: {
    description: 'Cuts one draw into shards for many machines, by files alone: plan, run, missing, merge.',
    load: async () => (await import('../commands/shards.js')).shardsVerb
  },
  worker: {
    description: 'Draws shards for whoever sends them to a queue of Redis or Valkey (`sample … --cluster URL`).',
    load: async () => (await import('../commands/worker.js')).workerVerb
  },
  jobs: {
    description: 'Lists the draws of a cluster: how far each is, and which shards were given up, and why.',
    load: async () => (await import('../commands/jobs.js')).jobsVerb
  },
  bridge: {
    description: 'The Schrödinger bridge between two tables: rows between them, where rows go, who goes with whom.',
    load: async () => (await import('../commands/bridge.js')).bridgeVerb
  },
  compare: {
    description: 'Says how two tables differ: whether by more than chance, and how far each column drifts.',
    load: async () => (await import('../commands/compare.js')).compareVerb
  },
  serve: {
    description:
      'Serves models over HTTP, with an OpenAPI description: rows, rows under conditions, filled gaps, densities, measures, jobs.',
    load: async () => (await import('../commands/serve.js')).serveVerb
  },
  studio: {
    description: 'Serves the studio, the whole toolkit in a browser page, on this machine only; data never leave the browser.',
    load: async () => (await import('../commands/studio.js')).studioVerb
  }
}

/** What to try where commander only says what is missing. */
function remedyFor(text: string): string {
  if (!text.includes("required option '-o, --output")) return ''
  return text.includes('<model>') ? '(Try -o model.sbridge)\n' : '(Try -o new.csv, or -o - for standard output)\n'
}

/** What stands for an output where nothing is written: standard output. */
const NOWHERE = '-'

/** A verb that names a misspelt option before one that is missing: often they are the same. What writes nothing needs no output. */
class SpellingCommand extends Command {
  private misspelt: string | undefined

  override createCommand(name?: string): Command {
    return new SpellingCommand(name)
  }

  override parseOptions(words: string[]): ReturnType<Command['parseOptions']> {
    const parsed = super.parseOptions(words)
    this.misspelt = parsed.unknown[0]
    const isNeeded = this.options.some(({ long, mandatory }) => long === '--output' && mandatory)
    if (isNeeded && this.getOptionValue('dryRun') === true && this.getOptionValue('output') === undefined)
      this.setOptionValue('output', NOWHERE)
    return parsed
  }

  override error(message: string, options?: Parameters<Command['error']>[1]): never {
    const { misspelt } = this
    this.misspelt = undefined
    if (options?.code === 'commander.missingMandatoryOptionValue' && misspelt?.startsWith('-'))
      (this as unknown as { unknownOption(flag: string): never }).unknownOption(misspelt)
    return super.error(message, options)
  }
}

/** The whole command line, where `words` ask for a verb with the options of that one. Unknown verbs and options are refused. */
export async function createProgram(words: readonly string[] = Object.keys(VERBS)): Promise<Command> {
  const program = new SpellingCommand('sbridge')
    .description('New rows of the same distribution from a table of samples: training-free Schrödinger bridges.')
    .version(VERSION)
    .showHelpAfterError('(sbridge --help lists the verbs; sbridge VERB --help its options)')
    .configureOutput({ outputError: (text, write) => write(text + remedyFor(text)) })
    .configureHelp({ subcommandTerm: (verb) => verb.name() })
    .exitOverride()
  for (const [name, { description, load }] of Object.entries(VERBS)) {
    const verb = program.command(name).description(description)
    if (words.includes(name)) (await load())(verb)
  }
  return program
}
