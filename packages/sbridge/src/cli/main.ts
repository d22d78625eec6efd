import { supervise } from './supervisor.js'

supervise(new URL('./job.js', import.meta.url), process.argv.slice(2))
