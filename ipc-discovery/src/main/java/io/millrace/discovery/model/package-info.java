/**
 * What the registry tells of services, and what it is told: services and their descriptors,
 * capabilities, access rules, listeners, and the exceptions. Everything else in discovery builds on
 * these, and they build on none of it.
 */
package io.millrace.discovery.model;
