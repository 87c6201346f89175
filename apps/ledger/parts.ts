/** What the composition root hands to the modules, by token. */
export const BOOKS = Symbol('Books');
export const BACKTESTS = Symbol('Backtests');
export const SHADOWS = Symbol('Shadows');
export const KEYRING = Symbol('Keyring');
export const VIEWS = Symbol('Views');
export const CLOCK = Symbol('Clock');
export const LOG = Symbol('Log');
export const EVENT_STORE = Symbol('EventStore');
/** The sandbox's clock, or null where the service is no sandbox. */
export const SANDBOX_CLOCK = Symbol('SandboxClock');
/** The texts of stories, which are outside the ledger. */
export const STORY_TEXTS = Symbol('StoryTexts');
export const METRICS = Symbol('ServiceMetrics');
