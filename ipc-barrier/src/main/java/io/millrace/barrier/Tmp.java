package io.millrace.barrier;

class Tmp {}
