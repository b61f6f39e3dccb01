/** Where schema ids come from: a registry, or a local stand-in that passes the same suite. */
export abstract class SchemaIds {
  /**
   * Id of a registered schema. Never registers anything.
   * @throws PermanentFailure SCHEMA_NOT_REGISTERED when the subject does not hold this schema.
   * @throws DependencyDown when the registry does not answer.
   */
  abstract idOf(subject: string, schema: string): Promise<number>;

  /**
   * Schema text by id.
   * @throws PoisonMessage CODEC_UNKNOWN_SCHEMA when the registry says that there is none.
   * @throws DependencyDown when the registry does not answer.
   */
  abstract schemaById(id: number): Promise<string>;
}
