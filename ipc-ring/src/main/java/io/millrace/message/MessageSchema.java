package io.millrace.message;

import io.millrace.ring.Ring;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The messages of an interface as they are on the wire: an SBE schema. Immutable, for any thread.
 */
public final class MessageSchema {
  private static final int FINGERPRINT_BYTES = 8;

  private final String name;
  private final int id;
  private final int version;
  private final List<Message> messages;

  MessageSchema(String name, int id, int version, List<Message> messages) {
    this.name = name;
    this.id = id;
    this.version = version;
    this.messages = List.copyOf(messages);
  }

  /**
   * The schema of an interface.
   *
   * @param type the interface
   * @return its schema
   * @throws IllegalArgumentException if something in it cannot be encoded; the message has the
   *     method, the parameter and the cure
   */
  public static MessageSchema of(Class<?> type) {
    return Protocol.of(type).schema();
  }

  /**
   * The schema of an interface whose methods are calls: a message for each request, and one for
   * each result.
   *
   * @param type the interface
   * @return its schema
   * @throws IllegalArgumentException if something in it cannot be encoded; the message has the
   *     method, the parameter or result, and the cure
   */
  public static MessageSchema ofCalls(Class<?> type) {
    return CallProtocol.of(type).schema();
  }

  /**
   * Reads what {@link #xml()} returned, perhaps in another process. Schemas that were written for
   * the SBE tool by hand may contain more than interfaces can express; these are refused.
   *
   * @param xml the text
   * @return the schema
   * @throws IllegalArgumentException if it is not the schema of an interface
   */
  public static MessageSchema parse(String xml) {
    return new SchemaParser(xml).schema();
  }

  /**
   * The full name of the interface.
   *
   * @return the name, which is the package of the codecs that the SBE tool generates
   */
  public String name() {
    return name;
  }

  /**
   * The id in the header of each message.
   *
   * @return 1 to 65535
   */
  public int id() {
    return id;
  }

  /**
   * The version in the header of each message.
   *
   * @return 0 to 65535
   */
  public int version() {
    return version;
  }

  List<Message> messages() {
    return messages;
  }

  /** Returns null if there is none. */
  Message message(int templateId) {
    return messages.stream()
        .filter(message -> message.templateId() == templateId)
        .findAny()
        .orElse(null);
  }

  /**
   * The schema for the SBE tool.
   *
   * @return XML
   */
  public String xml() {
    return new SchemaWriter(this).xml();
  }

  /**
   * A short name for everything that matters on the wire. Names of parameters, records and enums
   * are not part of it, those of enum constants are.
   *
   * @return 16 hexadecimal digits: equal for equal layouts
   */
  public String fingerprint() {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(layout().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java platform has SHA-256", missing);
    }
  }

  private String layout() {
    return messages.stream()
        .map(Message::describe)
        .collect(Collectors.joining("\n", id + " version " + version + "\n", ""));
  }

  /**
   * Refuses a schema whose writers and readers would misunderstand those of this one. Older and
   * newer versions, and messages that one of them does not have, are fine.
   *
   * @param other the schema of the others
   * @throws IncompatibleSchemaException if a message cannot be read; names it on both sides
   */
  public void requireCompatible(MessageSchema other) {
    new Comparison(this, other).check();
  }

  /**
   * Lets a ring carry this schema, so that anybody who finds the ring by name can read its records.
   * Call it before the ring is published.
   *
   * @param ring the ring
   * @throws IllegalArgumentException if the XML is longer than a mebibyte
   * @throws IllegalStateException if it carries one already
   * @throws io.millrace.SystemCallException if memory or descriptors cannot be obtained
   */
  public void attachTo(Ring ring) {
    CarriedSchema.attach(this, ring);
  }

  /**
   * The schema that a ring carries.
   *
   * @param ring the ring, as it was created, or found by its name
   * @return the schema, empty if it carries none
   * @throws DamagedSchemaException if it carries something else
   */
  public static java.util.Optional<MessageSchema> carriedBy(Ring ring) {
    return java.util.Optional.ofNullable(CarriedSchema.read(ring));
  }

  /**
   * Refuses a ring that carries a schema whose writers and readers would misunderstand those of
   * this one. A ring that carries none is fine.
   *
   * @param ring the ring
   * @throws IncompatibleSchemaException if a message cannot be read; names it on both sides
   * @throws DamagedSchemaException if what it carries is no schema
   */
  public void requireCompatible(Ring ring) {
    carriedBy(ring).ifPresent(this::requireCompatible);
  }

  /**
   * Describes this schema.
   *
   * @return name, id, version and fingerprint
   */
  @Override
  public String toString() {
    return name + " (schema " + id + ", version " + version + ", " + fingerprint() + ")";
  }
}
