/** The classes of events: folders of the archive, tables, and streams. */
export const CLASSES = [
  'api_activity',
  'authentication',
  'base_event',
  'email_activity',
  'entity_management',
] as const;
export type Class = (typeof CLASSES)[number];
