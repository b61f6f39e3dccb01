export {
  databaseNameOf,
  provisionDatabase,
  type DatabaseOptions,
  type ServiceDatabase,
} from './provision-database.ts';
export {
  provisionSchemas,
  readSchemas,
  subjectSchemas,
  type SchemasOptions,
  type SubjectSchema,
} from './provision-schemas.ts';
export { provisionTopics, type TopicsOptions, type TopicsResult } from './provision-topics.ts';
export {
  parseTopicCatalogue,
  readTopicCatalogue,
  type CatalogueTopic,
  type DeadLetterTopic,
  type TopicCatalogue,
  type TopicKind,
} from './topic-catalogue.ts';
