/** How calls go in and out of a registry, sleep and are ended, and how it calls the application. */
package io.millrace.discovery.life;
