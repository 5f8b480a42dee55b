#!/usr/bin/perl
# tests/seccomp_calls_traced.pl DIR: the calls of x86_64 in cbridge/audit/calls.txt beside those that the running
# kernel traces (DIR is tracefs's events/syscalls), which names the declared type of each argument. Prints each one that
# differs, then `CALLS calls, ARGUMENTS arguments`. An argument that tests/seccomp_calls.pl decides by hand may differ;
# a later release may have more of them.
use strict;
use warnings;

my $dir = shift or die "seccomp_calls_traced.pl: which folder has the events?\n";
my (%table, %decided);
open my $calls, '<', 'cbridge/audit/calls.txt' or die "the table: $!\n";
while (<$calls>) {
  chomp;
  my ($name, $numbers, $arguments) = split /\t/;
  $table{$name} = $arguments if defined $numbers && $numbers =~ /\bx86_64:/;
}
open my $script, '<', 'tests/seccomp_calls.pl' or die "the script: $!\n";
while (<$script>) { $decided{$_} = 1 for /'(\w+)(?::\w+)?'/g }
# Events have the names of functions.
my %called = (newfstat => 'fstat', newlstat => 'lstat', newstat => 'stat', newuname => 'uname', sendfile64 => 'sendfile',
  umount => 'umount2');
my %narrow = map { $_ => 1 } ('int', 'unsigned int', 'unsigned', 'pid_t', 'uid_t', 'gid_t', 'umode_t', 'u32', '__u32', 's32',
  '__s32', 'key_t', 'clockid_t', 'timer_t', 'mqd_t', 'qid_t', 'key_serial_t', 'rwf_t', 'uint32_t');
my ($count, $compared) = (0, 0);
for my $path (glob "$dir/sys_enter_*/format") {
  my ($event) = $path =~ m{sys_enter_(\w+)/};
  my $name = $called{$event} // $event;
  my $known = $table{$name};
  print "$name: not in the table\n" if !defined $known;
  next if !defined $known || $known eq '?';
  my @mine = $known eq '-' ? () : split /, /, $known;
  my @theirs;
  open my $in, '<', $path or die "$path: $!\n";
  while (<$in>) { push @theirs, $1 if /^\s*field:(.*);\s*offset:(\d+);/ && $2 >= 16 }
  print "$name: ", scalar @theirs, " arguments, $known\n" if @theirs > @mine;
  $count++;
  for my $i (0 .. ($#theirs < $#mine ? $#theirs : $#mine)) {
    my ($class, $argument) = split / /, $mine[$i];
    my ($type) = $theirs[$i] =~ /^(.*\W)\w+$/;
    $type =~ s/\bconst\b|\s+$//g, $type =~ s/^\s+//;
    my $want = $type =~ /\*/ ? '64' : $narrow{$type} || $type =~ /^enum/ ? 'narrow' : '64';
    my $got = $class =~ /^[su]/ ? 'narrow' : $class;
    $compared++;
    next if $want eq $got || ($want eq '64' && $type !~ /\*/ && $decided{$name} && !($class eq '64'));
    print "$name: $theirs[$i] is $mine[$i]\n";
  }
}
print "$count calls, $compared arguments\n";
