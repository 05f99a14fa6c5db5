package io.millrace.discovery.model;

/**
 * A record that a listing skipped. Immutable.
 *
 * @param name the name of its file
 * @param reason why it was refused
 */
public record Refusal(String name, RecordException reason) {}
