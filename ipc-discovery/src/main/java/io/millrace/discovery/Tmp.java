package io.millrace.discovery;

class Tmp {}
