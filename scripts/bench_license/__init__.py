"""What bench-agent and bench-operator share: authorities, programs that run beside each other, what they cost, goals."""
