/**
 * What the registry tells of services, and what it is told: services and their descriptors,
 * capabilities, access rules, listeners, and the exceptions. Everything else of discovery stands on
 * these, and they on nothing of it.
 */
package io.millrace.discovery.model;
